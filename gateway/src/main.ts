import { systemTime } from '@desk/kit/time/time-source';
import { systemRandom } from '@desk/kit/process/ids';
import { createLogger } from '@desk/kit/process/logger';
import { runProcess } from '@desk/kit/service/process';
import { httpPull } from '@desk/kit/log/pull';
import { RedisStream } from '@desk/kit/log/redis-stream';
import { tokenSigner } from '@desk/kit/api/token';
import { readGatewayConfig } from './config.ts';
import { createGateway } from './gateway.ts';

await runProcess(async () => {
  const { config, signingKey, redis, logLevel } = readGatewayConfig(process.env);
  const logger = createLogger('gateway', logLevel);
  const signToken = await tokenSigner(signingKey, systemTime);
  const stream = new RedisStream(redis.url, redis.prefix, (error) => logger.warn({ error }, 'Redis is in trouble'));
  const gateway = await createGateway(config, {
    time: systemTime,
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
