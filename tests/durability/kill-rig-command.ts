/** The kill rig by hand: `kill-rig-command.ts [--kills N] [--weak]`. Ends with 1 when a promise was broken. */
import { parseArgs } from 'node:util';
import { runKillRig } from './kill-rig.ts';

const { values } = parseArgs({ options: { kills: { type: 'string', default: '50' }, weak: { type: 'boolean' } } });
const { violations, ...figures } = await runKillRig({
  kills: Number(values.kills),
  weakWrites: values.weak ?? false,
  ...(process.env['REDIS_URL'] ? { redisUrl: process.env['REDIS_URL'] } : {}),
});
console.log(JSON.stringify(figures));
for (const violation of violations) console.log(violation);
process.exitCode = violations.length ? 1 : 0;
