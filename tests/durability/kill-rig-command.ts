/**
 * The kill rigs by hand: `kill-rig-command.ts [--kills N] [--weak | --services | --crashes]`. Ends with 1 when a promise was broken.
 * `--services` kills the real services; `--crashes` ends them at every named step of each.
 */
import { parseArgs } from 'node:util';
import { crashAtEachStep } from './desk-crash.ts';
import { runDeskRig } from './desk-rig.ts';
import { runKillRig } from './kill-rig.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    weak: { type: 'boolean', default: false },
    services: { type: 'boolean', default: false },
    crashes: { type: 'boolean', default: false },
  },
});
const redis = process.env['REDIS_URL'] ? { redisUrl: process.env['REDIS_URL'] } : {};
const kills = Number(values.kills);

async function run(): Promise<{ violations: string[] }> {
  if (values.crashes) return crashAtEachStep(redis.redisUrl);
  return values.services ? runDeskRig({ kills, ...redis }) : runKillRig({ kills, weakWrites: values.weak, ...redis });
}

const { violations, ...figures } = await run();
console.log(JSON.stringify(figures));
for (const violation of violations) console.log(violation);
process.exitCode = violations.length ? 1 : 0;
