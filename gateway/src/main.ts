import { systemClock } from '@desk/kit/clock';
import { systemRandom } from '@desk/kit/ids';
import { createLogger } from '@desk/kit/logger';
import { runProcess } from '@desk/kit/process';
import { httpPull } from '@desk/kit/pull';
import { RedisStream } from '@desk/kit/redis-stream';
import { tokenSigner } from '@desk/kit/token';
import { readGatewayConfig } from './config.ts';
import { createGateway } from './gateway.ts';

await runProcess(async () => {
  const { config, signingKey, redis, logLevel } = readGatewayConfig(process.env);
  const logger = createLogger('gateway', logLevel);
  const signToken = await tokenSigner(signingKey, systemClock);
  const stream = new RedisStream(redis.url, redis.prefix, (error) => logger.warn({ error }, 'Redis is in trouble'));
  const gateway = await createGateway(config, {
    clock: systemClock,
    random: systemRandom,
    logger,
    stream,
    pull: httpPull(config.subgraphs, signToken),
    signToken,
  });
  return {
    async stop() {
      await gateway.stop();
      await stream.close();
    },
  };
});
