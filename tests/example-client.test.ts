import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { until } from '@desk/testkit/until';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { DeskProcess } from './desk/desk-process.ts';
import { report } from './desk/desk-work.ts';
import { Line } from './desk/line.ts';
import { Partner } from './desk/partner.ts';

/** The example of a partner's program, against a desk as `npm start` runs it. */

const TAIL = fileURLToPath(new URL('examples/tail.mjs', import.meta.url));

let desk: DeskProcess;
let lena: Partner;
let directory: string;
const tails: Tail[] = [];
const lines: Line[] = [];

beforeAll(async () => {
  desk = await DeskProcess.start();
  lena = new Partner(desk.url, 'lena');
  directory = await mkdtemp(path.join(tmpdir(), 'desk-'));
});
afterEach(async () => {
  for (const tail of tails.splice(0)) await tail.end();
  for (const line of lines.splice(0)) await line.close();
});
afterAll(async () => {
  await desk?.stop();
  await rm(directory, { recursive: true, force: true });
});

test('it prints what is open, then each change once, and another start continues behind the last one', async () => {
  const file = path.join(directory, 'cursor');
  const first = start({ DESK_CURSOR_FILE: file });
  await until('the open incidents are printed', () => first.lines().some((line) => line.startsWith('open')));
  const one = await report(lena, 'Heard at once');
  await until('the change is printed', () => first.lines('Heard at once').length > 0);
  await first.end();
  const missed = await report(lena, 'Came while nobody listened');
  const second = start({ DESK_CURSOR_FILE: file });
  await until('the missed change is printed', () => second.lines('Came while nobody listened').length > 0);
  expect(first.lines(one.number)).toHaveLength(1);
  expect([second.lines(one.number), second.lines(missed.number).length]).toEqual([[], 1]);
});

test('a line on which nothing comes any more, though it is open, is given up for another', async () => {
  const line = await Line.open(desk.port);
  lines.push(line);
  const tail = start({ DESK_URL: `http://127.0.0.1:${line.route.to}` });
  await until('it listens', () => tail.lines('Listening').length === 1);
  line.strand();
  await report(lena, 'Said to a dead line');
  await until('it listens again', () => tail.lines('Listening').length === 2);
  await until('what was missed is printed', () => tail.lines('Said to a dead line').length === 1);
});

test('a system listens by its own credentials for those that it acts for; where it acts for nobody, it says what is missing', async () => {
  const issuer = await tokenAddress();
  const partner = { DESK_CLIENT: 'demo-partner', DESK_CLIENT_SECRET: 'demo-partner-secret', DESK_TOKEN_URL: issuer };
  const nobody = start(partner);
  await until('it says what is missing', () => nobody.lines('DESK_ACTING_FOR').length > 0);
});

test('a cursor from before the log was replaced has the list read anew', async () => {
  const tail = start({ DESK_CURSOR_FILE: await fileWith('tickets:1-1') });
  await until('it says so', () => tail.lines('the list is read anew').length > 0);
  await report(lena, 'After the list');
  await until('it goes on', () => tail.lines('After the list').length === 1);
});

test('a token that is no token ends it with the reason', async () => {
  const tail = start({ DESK_LOGIN: 'nobody-of-the-demo' });
  await until('it says why', () => tail.lines('No token').length > 0);
});

/** The program while it runs. */
class Tail {
  #said = '';
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  constructor(environment: Record<string, string>) {
    this.#child = spawn(process.execPath, [TAIL], {
      env: { ...process.env, DESK_URL: desk.url, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#ended = new Promise((resolve) => this.#child.once('close', resolve));
    for (const pipe of [this.#child.stdout, this.#child.stderr])
      pipe?.on('data', (text: Buffer) => (this.#said += text.toString()));
  }

  /** The lines that hold these words. */
  lines(words = ''): string[] {
    return this.#said.split('\n').filter((line) => line.includes(words));
  }

  async end(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}

function start(environment: Record<string, string>): Tail {
  const tail = new Tail(environment);
  tails.push(tail);
  return tail;
}

async function fileWith(text: string): Promise<string> {
  const file = path.join(directory, 'old-cursor');
  await writeFile(file, text);
  return file;
}

/** Where the demo issuer gives tokens to systems. */
async function tokenAddress(): Promise<string> {
  const answer = await fetch(`http://localhost:${desk.port}/sign-in`, { redirect: 'manual' });
  return `${new URL(answer.headers.get('location') ?? '').origin}/token`;
}
