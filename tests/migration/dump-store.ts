/**
 * Writes a desk's store into one file: `tsx tests/migration/dump-store.ts DATA ACTS OUT`. DATA is the data folder of a desk that has
 * stopped, ACTS what `play-acts.mjs` printed, OUT the file (EJSON, gzip).
 */
import { startEngine } from '@desk/local/engine/engine';
import mongoose from 'mongoose';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const [data = '', acts = '', out = ''] = process.argv.slice(2);
const engine = await startEngine({ directory: path.join(data, 'mongodb') });
const client = await new mongoose.mongo.MongoClient(engine.uri).connect();
const databases: Record<string, Record<string, unknown[]>> = {};
for (const name of ['directory', 'tickets']) {
  const db = client.db(name);
  const collections: Record<string, unknown[]> = (databases[name] = {});
  for (const each of await db.listCollections({}, { nameOnly: true }).toArray()) {
    collections[each.name] = await db.collection(each.name).find().sort({ _id: 1 }).toArray();
  }
  console.log(name, Object.fromEntries(Object.entries(collections).map(([each, rows]) => [each, rows.length])));
}
const store = { databases, acts: JSON.parse(readFileSync(acts, 'utf8')) as unknown };
writeFileSync(out, gzipSync(mongoose.mongo.BSON.EJSON.stringify(store, { relaxed: false }), { level: 9 }));
await client.close();
await engine.stop();
