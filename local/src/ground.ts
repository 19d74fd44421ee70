import { ConfigProblem } from '@desk/kit/process/config';
import { stopOnSignals } from '@desk/kit/service/process';
import { DOMAINS } from '@desk/schema/domains';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { AUDIENCE, CLIENT_ID, HOST, PORTAL, openGround, startDemoIssuer, startServices, type Ground } from './desk.ts';
import { writeWhole } from './engine/whole-file.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DEFAULT_PORT = 4_000;
const DEFAULT_REDIS = 'redis://127.0.0.1:6379';

const USAGE = `npm run desk -- ground [options]

Starts what the desk's processes stand on, for trying many processes on one machine: the embedded database and the demo's sign-in
service. Writes the processes' settings to desk.env beside the data, and says how each process is started. Needs Redis (REDIS_URL).

  --port N     the gateway's port (4000); the sign-in service and the services have the ports behind it
  --data DIR   where the data are (.data)
  --empty      without demo data`;

/** Runs `ground` until it is stopped. Resolves with the exit code where it does not begin. */
export async function runGround(args: string[], environment: Ground['options']['environment']): Promise<number> {
  const { values } = parseArgs({ args, options: OPTIONS });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const ports = portsFrom(Number(values.port));
  const directory = path.resolve(values.data);
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  const keep: Ground['keep'] = (part) => {
    stops.push(() => part.stop());
    return part;
  };
  try {
    const settings = { REDIS_URL: DEFAULT_REDIS, REDIS_PREFIX: 'desk:', ...environment };
    if (settings['NODE_ENV'] === 'production')
      throw new ConfigProblem(['NODE_ENV: is production, where neither the demo’s sign-in nor its data may be.']);
    const ground = await openGround({ directory, demoData: !values.empty, environment: settings }, keep);
    await fill(ground);
    const issuer = keep(await startDemoIssuer(ground, { desk: ports.gateway, issuer: ports.issuer }));
    const file = path.join(directory, 'desk.env');
    writeWhole(file, environmentFile(ground, { ...ports, issuer: issuer.url }), 0o600);
    stopOnSignals(stop);
    console.log(greeting(ports, file));
    console.error(`\nThe ground ends: ${await ground.database.died}`);
    return 1;
  } catch (error) {
    await stop();
    throw error;
  }
}

const OPTIONS = {
  port: { type: 'string', default: String(DEFAULT_PORT) },
  data: { type: 'string', default: path.join(ROOT, '.data') },
  empty: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** The ports of a desk of many processes. */
interface Ports {
  gateway: number;
  issuer: number;
  services: Readonly<Record<string, number>>;
}

/** The ports of the processes: the gateway's, and those behind it. Throws ConfigProblem for what is no port. */
export function portsFrom(gateway: number): Ports {
  const last = gateway + 1 + DOMAINS.length;
  if (!Number.isInteger(gateway) || gateway < 1 || last > 65_535)
    throw new ConfigProblem([`--port: must be a port that leaves ${DOMAINS.length + 1} ports behind it.`]);
  const services = Object.fromEntries(DOMAINS.map((domain, place) => [domain, gateway + 2 + place]));
  return { gateway, issuer: gateway + 1, services };
}

/** The commands that start the processes over a file of settings, each in a terminal of its own, from the repository's folder. */
export function processCommands({ gateway, services }: Ports, file: string): string[] {
  const command = (port: number, program: string) => `PORT=${port} node --env-file=${file} ${program}/dist/main.js`;
  return [
    ...Object.entries(services).map(([domain, port]) => command(port, `services/${domain}`)),
    command(gateway, 'gateway'),
  ];
}

/** Starts the services once in this process, which makes the demo data, and ends them again. */
async function fill(ground: Ground): Promise<void> {
  if (!ground.options.demoData) return;
  const services: { stop(): Promise<void> }[] = [];
  const keep: Ground['keep'] = (part) => (services.push(part), part);
  try {
    await startServices({ ...ground, keep });
  } finally {
    for (const service of services.reverse()) await service.stop();
  }
}

function environmentFile(
  { options, secrets, database }: Ground,
  { gateway, issuer, services }: Omit<Ports, 'issuer'> & { issuer: string },
): string {
  const settings = {
    MONGODB_URI: database.uri,
    REDIS_URL: options.environment['REDIS_URL'],
    REDIS_PREFIX: options.environment['REDIS_PREFIX'],
    INTERNAL_SIGNING_KEY: JSON.stringify(secrets.internal.signing),
    INTERNAL_VERIFY_KEYS: JSON.stringify(secrets.internal.verify),
    ...Object.fromEntries(
      Object.entries(services).map(([domain, port]) => [`${domain.toUpperCase()}_URL`, `http://${HOST}:${port}`]),
    ),
    PUBLIC_URL: `http://localhost:${gateway}`,
    ALLOWED_ORIGINS: `http://${HOST}:${gateway}`,
    OIDC_ISSUER: issuer,
    OIDC_CLIENT_ID: CLIENT_ID,
    ACCESS_TOKEN_AUDIENCE: AUDIENCE,
    SESSION_SECRET: secrets.session,
    PORTAL_DIRECTORY: PORTAL,
    DEMO_SIGN_IN: 'true',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}='${value}'`);
  return `# Settings of a desk of many processes on this machine, with its secrets. Written by npm run desk -- ground.\n${lines.join('\n')}\n`;
}

function greeting(ports: Ports, file: string): string {
  const from = path.relative(ROOT, file);
  const commands = processCommands(ports, from.startsWith('..') ? file : from);
  return `
 The ground of the desk is ready. Start each process in a terminal of its own:

${commands.map((command) => `   ${command}`).join('\n')}

 Portal     http://localhost:${ports.gateway}
 A token    curl -s http://localhost:${ports.gateway}/demo/token/sam

 Ctrl-C stops the ground; stop the processes first. The data stay.
`;
}
