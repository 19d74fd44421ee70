/**
 * A program that a desk takes for a `mongod`: it listens on `--port`, is a primary at once, and says yes to everything. Started
 * with `--exit CODE` before all else, it ends with that code instead.
 */
import mongoose from 'mongoose';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { listenOn } from './listener.ts';

const { BSON } = mongoose.mongo;
const OP_QUERY = 2004;
const [, , ...args] = process.argv;
const valueOf = (name: string) => args[args.indexOf(name) + 1] ?? '';

if (args[0] === '--exit') process.exit(Number(args[1]));

const answer = Buffer.from(
  BSON.serialize({ ok: 1, ismaster: true, isWritablePrimary: true, minWireVersion: 0, maxWireVersion: 21 }),
);
await listenOn(valueOf('--port'), {
  roundTrip: async (message) => ({
    requestId: message.readInt32LE(4),
    moreToCome: false,
    legacy: message.readInt32LE(12) === OP_QUERY,
    response: answer,
  }),
});
writeFileSync(path.join(valueOf('--dbpath'), 'mongod.lock'), String(process.pid));
