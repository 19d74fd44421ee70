import { ConfigProblem } from '@desk/kit/process/config';
import { isConnectionFault } from '@desk/kit/process/mongo';
import { stopOnSignals } from '@desk/kit/service/process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startDesk, type RunningDesk } from './desk.ts';
import { DEMO_PEOPLE } from './issuer/demo-people.ts';
import { EngineFailure } from './engine/engine.ts';
import { PortTaken } from './engine/ports.ts';
import { runRebase } from './clocks/rebase.ts';
import { runGround } from './ground.ts';
import { runRestore } from './store/restore.ts';
import { resetData } from './reset.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DEMO_DATA: Record<RunningDesk['demoData'], string> = {
  THERE: 'made-up organizations, people and incidents (--empty starts without)',
  UNWANTED: 'none',
  REFUSED: 'none: MONGODB_URI holds other data',
};

/** Failures whose message says what to do. */
const EXPECTED = [EngineFailure, ConfigProblem, PortTaken];

const [command, ...args] = process.argv.slice(2);
if (command === 'import') process.exit(await (await import('./import/import.ts')).runImport(args));
else if (command === 'rebase-clocks') await orSay(async () => process.exit(await runRebase(args)));
else if (command === 'restore' || command === 'raise-epoch')
  await orSay(async () => process.exit(await runRestore(command, args)));
else if (command === 'ground') await orSay(async () => process.exit(await runGround(args, process.env)));
else await orSay(start);

/** Does it; a failure that says what to do ends the process with its sentence alone. */
async function orSay(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    console.error(sentenceOf(error) ?? error);
    process.exit(1);
  }
}

/** What to say of a failure that says what to do. Null for any other. */
function sentenceOf(error: unknown): string | null {
  if (isConnectionFault(error))
    return `MONGODB_URI: must name a database that answers. It says: ${(error as Error).message}`;
  return EXPECTED.some((kind) => error instanceof kind) ? (error as Error).message : null;
}

async function start(): Promise<void> {
  // `desk.mjs` installs and builds before this process begins.
  const startedAt = Number(process.env['DESK_STARTED_AT'] ?? Date.now());
  const options = readOptions();
  if (options.reset) await resetData(options.directory, process.env);
  const desk = await startDesk({ ...options, environment: process.env });
  // Before the greeting: a reader of "ready" may stop the desk.
  stopOnSignals(
    () => desk.stop(),
    () =>
      console.log(
        ` Stopped. The data are in ${options.directory}; npm start goes on with them, --reset throws them away.`,
      ),
  );
  greet(desk, options, Date.now() - startedAt);
  const reason = await desk.died;
  console.error(`\nThe desk stops: ${reason}`);
  process.exit(1);
}

function readOptions() {
  const values = parsed();
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_000) {
    console.error(`--port: ${values.port} is not a port from 1 to 65000.`);
    process.exit(1);
  }
  const { data, empty, reset, strict } = values;
  return { port, strict, directory: path.resolve(data), demoData: !empty, reset };
}

function parsed() {
  try {
    return parseArgs({
      args,
      options: {
        port: { type: 'string', default: process.env['PORT'] ?? '4000' },
        strict: { type: 'boolean', default: false },
        data: { type: 'string', default: path.join(ROOT, '.data') },
        empty: { type: 'boolean', default: false },
        reset: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    console.error(
      `${(error as Error).message}\nThe options of npm start are --port N, --strict, --empty, --reset and --data DIR.`,
    );
    process.exit(1);
  }
}

function greet(desk: RunningDesk, options: { port: number; directory: string }, ms: number): void {
  const { url } = desk;
  if (desk.taken) console.log(`\n Port ${options.port} is held by ${desk.taken}; the desk uses the next free one.`);
  console.log(`
 MDM/R Service Desk, ready in ${(ms / 1_000).toFixed(1)} s

 Portal     ${url}
 API        ${url}/graphql     ${url.replace('http', 'ws')}/graphql
 Explorer   ${url}/explorer

 Store      ${desk.database}, in ${options.directory}
 Events     ${desk.events}
 Demo data  ${DEMO_DATA[desk.demoData]}

 Sign in as ${DEMO_PEOPLE.filter((person) => !person.unlisted)
   .map(({ login }) => login)
   .join(', ')}: one click, no password.
 A token    curl -s ${url}/demo/token/sam

 Ctrl-C stops the desk; the data stay.
`);
}
