/**
 * The desk's services that the kill rig kills: all of them in one process, as the launcher starts them, over an engine of their own. The process
 * leads its own group, so that one signal ends it and its engine at once. Started by desk-process.ts.
 */
import { tokenSigner, tokenVerifier } from '@desk/kit/api/token';
import { MemoryStream } from '@desk/kit/log/memory-stream';
import { httpPull } from '@desk/kit/log/pull';
import { RedisStream } from '@desk/kit/log/redis-stream';
import { crashPoint, type CrashPoint } from '@desk/kit/process/crash-point';
import { systemRandom } from '@desk/kit/process/ids';
import { createLogger } from '@desk/kit/process/logger';
import { systemTime } from '@desk/kit/time/time-source';
import { startEngine } from '@desk/local/engine/engine';
import { SERVICES, type Demo } from '@desk/local/services';
import { DOMAINS, type Domain } from '@desk/schema/domains';
import type { DeskReady, DeskSettings } from './desk-protocol.ts';

const HOST = '127.0.0.1';

async function runServices({ directory, redis, keys, filled }: DeskSettings): Promise<DeskReady> {
  const crash = crashes();
  const engine = await startEngine({ directory });
  const stream = redis ? new RedisStream(redis.url, redis.prefix, () => undefined) : new MemoryStream();
  const signToken = await tokenSigner(keys.signing, systemTime);
  const urls: Partial<Record<Domain, string>> = {};
  const pull = httpPull(urls, signToken);
  const demo: Demo = { now: systemTime.now(), ids: null };
  for (const domain of DOMAINS) {
    const service = await SERVICES[domain](
      { host: HOST, port: 0, mongodbUri: engine.uri, database: domain },
      {
        time: systemTime,
        random: systemRandom,
        logger: createLogger(domain, process.env['RIG_LOG_LEVEL'] ?? 'silent'),
        stream,
        pull,
        signToken,
        verifyToken: tokenVerifier(keys.verify, domain, systemTime),
        crash: crash(domain),
      },
    );
    urls[domain] = service.url;
    // The people and organizations of the demo; whatever else there is, the writers make.
    if (domain === 'directory' && !filled) await service.seed(demo);
  }
  return { urls: urls as Record<Domain, string>, mongodbUri: engine.uri };
}

/** The crash point of each service. The rig arms one of them: `tickets drain.afterAppend:3`. */
function crashes(): (domain: Domain) => CrashPoint {
  const armed = new Map<string, CrashPoint>();
  process.on('message', (setting: string) => {
    const [domain = '', place] = setting.split(' ');
    // Signal to process 0 goes to the whole group: the engine dies with the services.
    armed.set(
      domain,
      crashPoint(place, () => process.kill(0, 'SIGKILL')),
    );
  });
  return (domain) => (place) => armed.get(domain)?.(place);
}

// The rig is the parent; without it there is nothing to do, and the engine closes by itself.
process.on('disconnect', () => process.exit(0));
const ready = await runServices(JSON.parse(process.argv[2] ?? '') as DeskSettings);
process.send?.(ready);
