import { parseArgs } from 'node:util';
import { fanoutSuite } from './fanout-suite.ts';
import { ALL_QUERIES, gatewaySuite } from './gateway-suite.ts';
import type { GatewayQuery } from './gateway-queries.ts';
import { isMet } from './ratio.ts';
import { EXPORT_ROWS } from './export-rows.ts';
import { importSuite } from './import-suite.ts';
import { scaleSuite } from './scale-suite.ts';
import { storeSuite } from './store-suite.ts';
import { printOutcome, type Outcome } from './outcome.ts';
import { keepResult, printMachine } from './history.ts';

const HELP = `npm run bench -- [suite ...] [--smoke] [--profile] [--file FILE]

  gateway   CPU per request, beside a stock gateway
  fanout    CPU per delivered message, beside raw ws and stock graphql-ws
  store     durable writes and lists, beside the native driver
  scale     pages, searches and creations at 1,000 and at 100,000 incidents
  import    rows a second and memory
  --smoke   short runs, at most 90 s in all
  --profile where the gateway's time goes
  --query   only this query of the gateway suite: point, list50, twoHop or nested
  --file    an audit export to import besides the generated one

Without a suite: all of them. Exits with 1 when a goal is missed by the median and by the best slice.`;

const SMOKE_ROWS = 2_000;

interface Options {
  smoke: boolean;
  profile: boolean;
  query: GatewayQuery | null;
  file: string | null;
}

const SUITES: Record<string, (options: Options) => Promise<Outcome>> = {
  gateway: ({ smoke, profile, query }) =>
    gatewaySuite({
      queries: query ? [query] : smoke ? ['point', 'twoHop'] : ALL_QUERIES,
      rounds: smoke ? 2 : 6,
      sliceMs: smoke ? 1_500 : 2_500,
      warmUpMs: smoke ? 1_500 : 3_000,
      profile,
    }),
  fanout: ({ smoke, profile }) =>
    fanoutSuite({
      subscribers: smoke ? [1_000] : [1_000, 2_000],
      rounds: smoke ? 3 : 8,
      pacedSeconds: smoke ? 4 : 12,
      profile,
    }),
  store: ({ smoke, profile }) => storeSuite({ rounds: smoke ? 2 : 6, sliceMs: smoke ? 600 : 2_000, profile }),
  scale: ({ smoke }) => scaleSuite({ small: 1_000, large: smoke ? 10_000 : 100_000, rounds: smoke ? 5 : 15 }),
  import: ({ smoke, file }) => importSuite({ rows: smoke ? SMOKE_ROWS : EXPORT_ROWS, file }),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    smoke: { type: 'boolean' },
    profile: { type: 'boolean' },
    query: { type: 'string' },
    file: { type: 'string' },
    help: { type: 'boolean' },
  },
});
const query = ALL_QUERIES.find((name) => name === values.query) ?? null;
const unknown = positionals.filter((name) => !SUITES[name]);
if (values.query && !query) unknown.push(values.query);
if (values.help || unknown.length > 0) {
  if (unknown.length > 0) console.error(`There is no ${unknown.join(', ')}.\n`);
  console.log(HELP);
  process.exit(unknown.length > 0 ? 1 : 0);
}

printMachine();
const outcomes: Outcome[] = [];
for (const name of positionals.length > 0 ? positionals : Object.keys(SUITES)) {
  const suite = SUITES[name];
  if (!suite) continue;
  const { smoke = false, profile = false, file = null } = values;
  const outcome = await suite({ smoke, profile, query, file });
  printOutcome(outcome);
  outcomes.push(outcome);
}
keepResult(outcomes, values.smoke ?? false);
const missed = outcomes.flatMap(({ goals }) => goals).filter((goal) => !isMet(goal));
console.log(missed.length > 0 ? `\n${missed.length} goals missed.` : '\nAll goals met.');
process.exit(missed.length > 0 ? 1 : 0);
