#!/usr/bin/env node
/**
 * The one entry for people: `npm start`, `npm test`, `npm run check` and the rest call it. It needs Node alone: it fetches the
 * pinned pnpm, installs what is missing, generates and builds what is out of date, and runs the command.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { changedSuites, unitSuites } from './tests/setup/choose-suites.mjs';

const ROOT = path.dirname(fileURLToPath(import.meta.url));
const NODE_NEEDED = [20, 19];
/** Folders that hold nothing that a build is made of. */
const NOT_SOURCE = new Set(['node_modules', 'dist', 'generated', '.cache', 'peers']);
const STARTED_AT = Date.now();
/** What a supervisor, or the end of a terminal, says to end a process. */
const STOPS = ['SIGTERM', 'SIGHUP', 'SIGINT'];
/** How often it is looked whether npm still waits for us, in milliseconds. */
const PARENT_EVERY_MS = 500;
/** Runs TypeScript as it stands; our own packages are taken from their sources, since they may not be built yet. */
const TSX = ['--conditions=source', '--import', 'tsx'];
const JEST = [
  '--conditions=source',
  '--experimental-vm-modules',
  '--no-warnings=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
];
/** The current LTS line, on which `check` runs the unit suites beside the Node that runs it. */
const NODE_LTS = '24.21.0';
const MANIFEST = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));

const HELP = `MDM/R Service Desk

  npm start [-- options]          the whole desk on this machine; data in ./.data
      --port N     where the portal and the API listen (4000; a taken port: the next free one)
      --strict     a taken port: end with code 1 and say who holds it
      --empty      without demo data
      --reset      throw ./.data away first
      --data DIR   keep the data somewhere else
  npm test [-- jest options]      every default suite
      --changed    those that the difference to the main branch can touch
      --unit       those that need no database, no desk and no browser
  npm run check                   format, lint, imports, types, unused code, licences, composition, tests: what CI runs
  npm run desk -- import incidents FILE [--mapping FILE] [--rejects FILE] [--data DIR]
                                  takes over incidents from another system's export (docs/import.md)
  npm run desk -- rebase-clocks [--apply --reason TEXT] [--data DIR]
                                  moves open clocks to the newest service level agreement (docs/operating.md)
  npm run desk -- restore FROM [--data DIR] [--skip N]
  npm run desk -- raise-epoch [--data DIR] [--skip N]
                                  puts a copy of the data in place; begins new epochs (docs/operating.md)
  npm run desk -- ground [--port N] [--data DIR] [--empty]
                                  the database and sign-in service for processes of one's own (docs/operating.md)
  npm run desk -- screenshots     takes the README's pictures anew
  npm run desk -- kill-rig [--kills N] [--services | --crashes]
                                  the long kill test: of a small service, of all services, or of all at each
                                  named step of each (docs in tests/durability)
  npm run codegen | compose       API types from the SDL; the supergraph from the subgraphs
  npm run bench [-- suite]        speed, side by side with peers (docs/performance.md)
`;

const COMMANDS = {
  start: (args) => {
    build({ portal: true });
    // People count from the moment at which they pressed Enter.
    run(['--enable-source-maps', 'local/dist/main.js', 'start', ...args], { DESK_STARTED_AT: String(STARTED_AT) });
  },
  import: (args) => {
    build({ portal: false });
    // A young generation this small keeps the memory of the process near what it holds.
    run([
      '--max-old-space-size=256',
      '--max-semi-space-size=8',
      '--enable-source-maps',
      'local/dist/main.js',
      'import',
      ...args,
    ]);
  },
  'rebase-clocks': (args) => store('rebase-clocks', args),
  restore: (args) => store('restore', args),
  'raise-epoch': (args) => store('raise-epoch', args),
  ground: (args) => {
    build({ portal: true });
    run(['--enable-source-maps', 'local/dist/main.js', 'ground', ...args]);
  },
  test: (args) => {
    build({ portal: true });
    run(...jest(args));
  },
  check: () => {
    build({ portal: true });
    // CI has run the suites already, on the Node that the desk needs: a second run of them has its own command.
    const lts = process.env.DESK_TESTS_RAN ? null : nodeLts();
    const steps = [
      ['format', [bin('prettier'), '--check', '--log-level', 'warn', '.']],
      ['lint', [bin('eslint'), '.', '--max-warnings', '0']],
      ['imports', [bin('dependency-cruiser'), '.', '--output-type', 'err']],
      ['types', [bin('typescript', 'bin/tsc'), '-p', 'tsconfig.json']],
      ['types of the portal', [bin('typescript', 'bin/tsc'), '-p', 'portal/tsconfig.json']],
      ['unused code', [bin('knip')]],
      ['licences, engines and one graphql', ['tests/setup/dependencies.mjs']],
      ['composition', [...TSX, 'schema/src/generate.ts', 'compose', '--check']],
      ...(lts ? [[`unit suites on Node ${NODE_LTS}`, ...jest(['--unit']), lts]] : []),
    ];
    const failed = steps.filter(([name, ...step]) => {
      const startedAt = Date.now();
      console.log(`\n== ${name}`);
      const status = runNode(...step);
      console.log(`   ${((Date.now() - startedAt) / 1_000).toFixed(1)} s`);
      return status !== 0;
    });
    if (failed.length) {
      console.error(`\nFailed: ${failed.map(([name]) => name).join(', ')}`);
      process.exit(1);
    }
    if (!process.env.DESK_TESTS_RAN) run(JEST);
  },
  codegen: () => {
    generate(true);
    must([...TSX, 'portal/codegen.ts']);
  },
  compose: () => run([...TSX, 'schema/src/generate.ts', 'compose']),
  screenshots: (args) => {
    build({ portal: true });
    run([...TSX, 'tests/portal/screenshots.ts', ...args]);
  },
  'kill-rig': (args) => {
    build({ portal: false });
    run([...TSX, 'tests/durability/kill-rig-command.ts', ...args]);
  },
  bench: (args) => {
    build({ portal: false });
    run([...TSX, 'bench/src/main.ts', ...args]);
  },
};

/** Runs a command that works on the desk's data, beside the services. */
function store(name, args) {
  build({ portal: false });
  run(['--enable-source-maps', 'local/dist/main.js', name, ...args]);
}

const [command = 'help', ...args] = process.argv.slice(2);
requireNode();
if (!COMMANDS[command]) {
  console.log(HELP);
  process.exit(command === 'help' || command === '--help' ? 0 : 1);
}
install();
COMMANDS[command](args);

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > NODE_NEEDED[0] || (major === NODE_NEEDED[0] && minor >= NODE_NEEDED[1])) return;
  console.error(`The desk needs Node ${NODE_NEEDED.join('.')} or later; this is ${process.versions.node}.`);
  process.exit(1);
}

/** Installs when node_modules is not what the lock file says. */
function install() {
  const wanted = path.join(ROOT, 'pnpm-lock.yaml');
  const present = path.join(ROOT, 'node_modules/.pnpm/lock.yaml');
  if (existsSync(present) && readFileSync(wanted, 'utf8') === readFileSync(present, 'utf8')) return;
  console.log('Installing packages ...');
  const { status } = npmExec(MANIFEST.packageManager, ['pnpm', 'install', '--frozen-lockfile']);
  if (status !== 0) process.exit(status ?? 1);
}

/** Generates and builds what is out of date. What was built is remembered by the hash of what it was built from. */
function build({ portal }) {
  generate(false);
  unlessUnchanged('services', ['kit', 'schema', 'services', 'gateway', 'local'], () => [
    [...TSX, 'local/src/build.ts'],
  ]);
  if (portal) {
    unlessUnchanged('portal', ['portal', 'schema'], () => [
      [...TSX, 'portal/codegen.ts'],
      [bin('vite', 'bin/vite.js', 'portal'), 'build', 'portal', '--logLevel', 'warn'],
    ]);
  }
}

function generate(always) {
  const steps = () => [[...TSX, 'schema/src/generate.ts', 'codegen']];
  if (always) for (const step of steps()) must(step);
  else
    unlessUnchanged('codegen', ['schema', 'services'], steps, (file) =>
      /\.graphql$|mappers\.json$|codegen\.ts$/.test(file),
    );
}

function unlessUnchanged(name, folders, steps, counts = () => true) {
  const stamp = path.join(ROOT, '.cache', `${name}.hash`);
  const hash = createHash('sha256');
  for (const file of folders
    .flatMap((folder) => filesBelow(path.join(ROOT, folder)))
    .filter(counts)
    .sort()) {
    hash.update(path.relative(ROOT, file)).update(readFileSync(file));
  }
  const now = hash.update(readFileSync(path.join(ROOT, 'pnpm-lock.yaml'))).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return;
  console.log(`Building ${name} ...`);
  // Whoever builds, and be it a test: what is built is what people run.
  for (const step of steps()) must(step, { NODE_ENV: 'production' });
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, now);
}

function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const file = path.join(folder, name);
    if (NOT_SOURCE.has(name) || /\.(test|fixture)\.ts$/.test(name)) return [];
    return statSync(file).isDirectory() ? filesBelow(file) : [file];
  });
}

/** Jest's arguments and environment; `--changed` and `--unit` choose suites, and other arguments choose among them. */
function jest(args) {
  const choose = args.includes('--changed') ? changedSuites : args.includes('--unit') ? unitSuites : null;
  const others = args.filter((arg) => !['--changed', '--unit'].includes(arg));
  if (!choose) return [[...JEST, ...others], {}];
  const suites = choose((list) => {
    const options = { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] };
    return JSON.parse(spawnSync(process.execPath, [...JEST, ...list], options).stdout);
  });
  const chosen = JSON.stringify(suites.map((suite) => path.join(ROOT, suite)));
  const filter = ['--filter', path.join(ROOT, 'tests/setup/only-chosen.cjs'), '--passWithNoTests'];
  return [[...JEST, ...filter, ...others], { DESK_TEST_SUITES: chosen }];
}

/** The program of the current LTS line of Node, as the registry has it for this platform. Null, and said so, where it cannot be had. */
function nodeLts() {
  if (process.versions.node.startsWith(`${NODE_LTS.split('.')[0]}.`)) return null;
  const wanted = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}@${NODE_LTS}`;
  const { status, stdout } = npmExec(wanted, ['node', '-p', 'process.execPath'], 'pipe');
  if (status === 0) return stdout.toString().trim();
  console.log(`Skipped: unit suites on Node ${NODE_LTS}; the registry has no ${wanted}.`);
  return null;
}

/** Runs a command of a package that the desk does not install. */
function npmExec(wanted, command, stdout = 'inherit') {
  // npm sets variables that a package manager inside it would take for its own.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(lifecycle|package)_/.test(name)),
  );
  const npm = process.env.npm_execpath?.endsWith('npm-cli.js') ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const [file, ...rest] = [...npm, 'exec', '--yes', '--loglevel=error', `--package=${wanted}`, '--', ...command];
  return spawnSync(file, rest, { cwd: ROOT, env, stdio: ['inherit', stdout, 'inherit'] });
}

function bin(name, file, folder = '.') {
  const home = path.join(ROOT, folder, 'node_modules', name);
  const declared = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8')).bin;
  return path.join(home, file ?? (typeof declared === 'string' ? declared : declared[name]));
}

function must(args, env = {}) {
  const status = runNode(args, env);
  if (status !== 0) process.exit(status);
}

/** Runs one step and waits for it. Returns its exit code. */
function runNode(args, env = {}, node = process.execPath) {
  const { status, signal } = spawnSync(node, args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...env } });
  return signal ? 1 : (status ?? 1);
}

/** Becomes the command: what is said to this process to end it is said to the command, and its exit code is the exit code. */
function run(args, env = {}) {
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...env } });
  for (const stop of STOPS) {
    process.on(stop, () => {
      // A terminal says Ctrl-C to the command itself.
      if (stop !== 'SIGINT' || !process.stdin.isTTY) child.kill(stop);
    });
  }
  if (process.env.npm_lifecycle_event) {
    // npm tells only the shell between us that it was stopped, and the shell ends without a word.
    const shell = process.ppid;
    const watch = setInterval(() => {
      if (process.ppid === shell) return;
      clearInterval(watch);
      child.kill('SIGTERM');
    }, PARENT_EVERY_MS);
  }
  child.on('exit', (status, signal) => process.exit(signal ? 1 : (status ?? 1)));
}
