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

const ROOT = path.dirname(fileURLToPath(import.meta.url));
const NODE_NEEDED = [20, 19];
/** Folders that hold nothing that a build is made of. */
const NOT_SOURCE = new Set(['node_modules', 'dist', 'generated', '.cache', 'peers']);
const STARTED_AT = Date.now();
/** What a supervisor, or the end of a terminal, says to end a process. */
const STOPS = ['SIGTERM', 'SIGHUP', 'SIGINT'];
/** How often it is looked whether npm still waits for us, in milliseconds. */
const PARENT_EVERY_MS = 500;
const MANIFEST = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));

const HELP = `MDM/R Service Desk

  npm start [-- options]          the whole desk on this machine; data in ./.data
      --port N     where the portal and the API listen (4000; a taken port: the next free one)
      --empty      without demo data
      --reset      throw ./.data away first
      --data DIR   keep the data somewhere else
  npm test [-- jest options]      every default suite
  npm run check                   format, lint, types, unused code, licences, composition, tests: what CI runs
  npm run desk -- import incidents FILE [--mapping FILE] [--rejects FILE] [--data DIR]
                                  takes over incidents from another system's export (docs/import.md)
  npm run desk -- screenshots     takes the README's pictures anew
  npm run desk -- kill-rig        the long kill test (docs in tests/durability)
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
  test: (args) => {
    build({ portal: true });
    jest(args);
  },
  check: () => {
    build({ portal: true });
    const steps = [
      ['format', [bin('prettier'), '--check', '--log-level', 'warn', '.']],
      ['lint', [bin('eslint'), '.', '--max-warnings', '0']],
      ['types', [bin('typescript', 'bin/tsc'), '-p', 'tsconfig.json']],
      ['types of the portal', [bin('typescript', 'bin/tsc'), '-p', 'portal/tsconfig.json']],
      ['unused code', [bin('knip')]],
      ['licences, engines and one graphql', ['tests/setup/dependencies.mjs']],
      ['composition', ['--import', 'tsx', 'schema/src/generate.ts', 'compose', '--check']],
    ];
    const failed = steps.filter(([name, args]) => {
      console.log(`\n== ${name}`);
      return runNode(args) !== 0;
    });
    if (failed.length) {
      console.error(`\nFailed: ${failed.map(([name]) => name).join(', ')}`);
      process.exit(1);
    }
    if (!process.env.DESK_TESTS_RAN) jest([]);
  },
  codegen: () => generate(true),
  compose: () => run(['--import', 'tsx', 'schema/src/generate.ts', 'compose']),
  screenshots: (args) => {
    build({ portal: true });
    run(['--import', 'tsx', 'tests/portal/screenshots.ts', ...args]);
  },
  'kill-rig': (args) => {
    build({ portal: false });
    run(['--import', 'tsx', 'tests/durability/kill-rig-command.ts', ...args]);
  },
  bench: (args) => {
    build({ portal: false });
    run(['--import', 'tsx', 'bench/src/main.ts', ...args]);
  },
};

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
  const pnpm = MANIFEST.packageManager;
  // npm sets variables that a package manager inside it would take for its own.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(lifecycle|package)_/.test(name)),
  );
  const npm = process.env.npm_execpath?.endsWith('npm-cli.js') ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const [file, ...rest] = [
    ...npm,
    'exec',
    '--yes',
    '--loglevel=error',
    `--package=${pnpm}`,
    '--',
    'pnpm',
    'install',
    '--frozen-lockfile',
  ];
  const { status } = spawnSync(file, rest, { cwd: ROOT, env, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** Generates and builds what is out of date. What was built is remembered by the hash of what it was built from. */
function build({ portal }) {
  generate(false);
  unlessUnchanged('services', ['kit', 'schema', 'services', 'gateway', 'local'], () => [
    ['--import', 'tsx', 'local/src/build.ts'],
  ]);
  if (portal) {
    unlessUnchanged('portal', ['portal', 'schema'], () => [
      ['--import', 'tsx', 'portal/codegen.ts'],
      [bin('vite', 'bin/vite.js', 'portal'), 'build', 'portal', '--logLevel', 'warn'],
    ]);
  }
}

function generate(always) {
  const steps = () => [['--import', 'tsx', 'schema/src/generate.ts', 'codegen']];
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
  for (const step of steps()) must(step);
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

function jest(args) {
  run(['--experimental-vm-modules', '--no-warnings=ExperimentalWarning', bin('jest'), ...args]);
}

function bin(name, file, folder = '.') {
  const home = path.join(ROOT, folder, 'node_modules', name);
  const declared = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8')).bin;
  return path.join(home, file ?? (typeof declared === 'string' ? declared : declared[name]));
}

function must(args) {
  const status = runNode(args);
  if (status !== 0) process.exit(status);
}

/** Runs one step and waits for it. Returns its exit code. */
function runNode(args) {
  const { status, signal } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
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
