import { ManualTime } from '@desk/kit/time/time-source';
import { systemRandom } from '@desk/kit/process/ids';
import { createLogger } from '@desk/kit/process/logger';
import { MemoryStream } from '@desk/kit/log/memory-stream';
import type { PullEvents } from '@desk/kit/log/pull';
import type { Dependencies, ServiceConfig } from '@desk/kit/service/service';
import type { EventStream } from '@desk/kit/log/stream';
import { generateTokenKeys, tokenSigner, tokenVerifier, type SignToken } from '@desk/kit/api/token';
import { randomUUID } from 'node:crypto';
import { databaseUri } from './database.ts';

/** The surroundings of a service under test: the real engine, a time that the test moves, and a stream in process. */
export interface TestGround {
  time: ManualTime;
  stream: EventStream;
  sign: SignToken;
  /** Settings for a service with a database of its own. */
  config: ServiceConfig;
  deps(service: string): Dependencies;
}

/** Ground for services under test, at an instant. */
export async function testGround(now: string, pull: PullEvents = nothingToPull): Promise<TestGround> {
  const time = new ManualTime(now);
  const keys = await generateTokenKeys();
  const sign = await tokenSigner(keys.signing, time);
  const stream = new MemoryStream();
  return {
    time,
    stream,
    sign,
    config: {
      host: '127.0.0.1',
      port: 0,
      mongodbUri: await databaseUri(),
      database: `test_${randomUUID().slice(0, 8)}`,
    },
    deps: (service) => ({
      time,
      random: systemRandom,
      logger: createLogger(service, process.env['TEST_LOG_LEVEL'] ?? 'silent'),
      stream,
      pull,
      signToken: sign,
      verifyToken: tokenVerifier(keys.verify, service, time),
    }),
  };
}

const nothingToPull: PullEvents = async () => ({ events: [], head: { epoch: 1, pos: 0 } });
