import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { portsFrom, processCommands } from '@desk/local/ground';
import { freePort } from '@desk/local/engine/ports';
import { until } from '@desk/testkit/until';
import { Redis } from 'ioredis';
import { PORT_FIRST } from './desk/desk-process.ts';
import { Listener, Partner } from './desk/partner.ts';

/** A desk of many processes on this machine, started by the commands of docs/operating.md and by nothing else. */

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const REDIS_URL = process.env['REDIS_URL'];
const REDIS_PREFIX = `many-${process.pid}:`;
const PORTS_EACH = 8;

const directory = mkdtempSync(path.join(tmpdir(), 'desk-many-'));
const children: ChildProcess[] = [];
let url = '';

/** Runs a line as a shell does: settings first, then the program and its arguments. The machine's own settings of the desk do not count. */
function run(line: string, settings: Record<string, string> = {}): ChildProcess {
  const words = line.split(' ');
  const first = words.findIndex((word) => !word.includes('=') || word.startsWith('-'));
  const own = Object.fromEntries(words.slice(0, first).map((word) => word.split('=') as [string, string]));
  const { MONGODB_URI: _shared, REDIS_URL: _redis, REDIS_PREFIX: _prefix, ...environment } = process.env;
  const child = spawn(process.execPath, words.slice(first + 1), {
    cwd: ROOT,
    env: { ...environment, ...settings, ...own },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
}

/** The first of so many ports in a row that are free. */
async function freeRow(count: number, from: number): Promise<number> {
  for (let first = from; ; first += count) {
    const ports = await Promise.all(Array.from({ length: count }, (_, place) => freePort(first + place)));
    if (ports.every(({ port }, place) => port === first + place)) return first;
  }
}

beforeAll(async () => {
  if (!REDIS_URL) return;
  const port = await freeRow(PORTS_EACH, PORT_FIRST);
  url = `http://127.0.0.1:${port}`;
  const ground = run(`node local/dist/main.js ground --port ${port} --data ${directory}`, { REDIS_URL, REDIS_PREFIX });
  let said = '';
  ground.stdout?.on('data', (text: Buffer) => (said += text.toString()));
  await until('the ground is ready', () => said.includes('is ready'));
  const commands = said.split('\n').filter((line) => line.includes('--env-file='));
  expect(commands.map((line) => line.trim())).toEqual(
    processCommands(portsFrom(port), path.join(directory, 'desk.env')),
  );
  for (const line of commands) run(line.trim(), { LOG_LEVEL: 'warn' });
  await until('every service is ready', async () => {
    const ready = await fetch(`${url}/readyz`).catch(() => null);
    return ready?.status === 200 && ((await ready.json()) as { status: string }).status === 'ready';
  });
}, 180_000);

afterAll(async () => {
  for (const child of children.reverse()) {
    const ended = once(child, 'close');
    if (child.exitCode === null && child.kill('SIGTERM')) await ended;
  }
  rmSync(directory, { recursive: true, force: true });
  if (!REDIS_URL) return;
  const redis = new Redis(REDIS_URL);
  const keys = await redis.keys(`${REDIS_PREFIX}*`);
  if (keys.length) await redis.del(keys);
  redis.disconnect();
});

test('docs/operating.md has the commands that start the processes', () => {
  const page = readFileSync(path.join(ROOT, 'docs/operating.md'), 'utf8');
  for (const command of processCommands(portsFrom(4_000), '.data/desk.env')) expect(page).toContain(command);
});

(REDIS_URL ? test : test.skip)('a desk of many processes answers across services, with its first data', async () => {
  const query =
    '{ incidents(first: 1) { nodes { number organization { code } } } changes(first: 1) { nodes { number } } }';
  expect((await new Partner(url, 'sam').ask(query)).data).toEqual({
    incidents: { nodes: [{ number: expect.stringMatching(/^INC-/), organization: { code: expect.any(String) } }] },
    changes: { nodes: [{ number: expect.stringMatching(/^CHG-/) }] },
  });
});

(REDIS_URL ? test : test.skip)('what one process writes, another tells of live', async () => {
  const lena = new Partner(url, 'lena');
  const client = lena.connect();
  const updates = await Listener.open<Update>(client, 'incidentUpdates', 'kind incidentId');
  const input = { title: 'Reads are late', description: 'Since 06:00.', serviceId: 'VEE', environment: 'PRODUCTION' };
  const { incident } = await lena.write<{ incident: { id: string } }>(
    'createIncident',
    { ...input, impact: 'LOW', urgency: 'LOW' },
    'incident { id }',
  );
  await updates.until((all) => all.some(({ kind, incidentId }) => kind === 'CREATED' && incidentId === incident.id));
  await client.dispose();
});

interface Update {
  cursor: string;
  kind: string;
  incidentId: string;
}
