import type { Dependencies } from '@desk/kit/service/service';
import { createRegistry } from '@desk/kit/api/subgraph';
import { supergraphSdl } from '@desk/schema/sdl';
import type { GatewayConfig } from './config.ts';
import { HttpSide } from './http/http.ts';
import { createIdentity } from './identity/identity.ts';
import { Principals } from './identity/principals.ts';
import { createProvider } from './identity/provider.ts';
import { createSessions } from './identity/session.ts';
import { LoadMeter } from './limits/load-shedding.ts';
import { createRateLimiter } from './limits/rate-limit.ts';
import { Live } from './live/live.ts';
import { operationAdmission } from './supergraph/known-documents.ts';
import { Runtime } from './supergraph/runtime.ts';

/** What the gateway is given from outside: the same in production, in one process, and in tests. */
export interface GatewayDependencies extends Pick<
  Dependencies,
  'time' | 'random' | 'logger' | 'stream' | 'pull' | 'signToken'
> {
  /** What says that the process has too much to do, in place of its own meter. */
  load?: LoadMeter;
}

export interface RunningGateway {
  /** Where it listens. */
  url: string;
  live: Live;
  /** Says that it is not ready, closes the sockets bit by bit, answers the requests in hand, and ends. May be called again. */
  stop(): Promise<void>;
}

/** Starts the gateway: the supergraph over HTTP and WebSocket, sign-in, and the portal's files. */
export async function createGateway(config: GatewayConfig, deps: GatewayDependencies): Promise<RunningGateway> {
  const { logger } = deps;
  const { http, live, stop } = await assemble(config, deps);
  let stopping: Promise<void> | null = null;
  live.serve(http.app.server);
  try {
    const url = await http.app.listen({ host: config.host, port: config.port });
    logger.info({ url, publicUrl: config.publicUrl }, 'the gateway is ready');
    return { url, live, stop: () => (stopping ??= stop()) };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Puts the parts together, not yet listening. */
async function assemble(
  config: GatewayConfig,
  deps: GatewayDependencies,
): Promise<{ http: HttpSide; live: Live; stop: () => Promise<void> }> {
  const { time, logger, stream, pull, signToken, random } = deps;
  const { publicUrl, subgraphs, signIn, portalDirectory, shutdownMs: staggerMs, compilePlans = true } = config;
  const registry = createRegistry('gateway');
  const runtime = await Runtime.load({
    supergraphSdl: supergraphSdl(),
    urls: subgraphs,
    signToken,
    time,
    logger,
    registry,
    compilePlans,
  });
  const principals = new Principals({ directoryUrl: subgraphs.directory, signToken, stream, pull, time, logger });
  const resolve = (login: string) => principals.resolve(login);

  const { sessionSecrets: secrets, audience, demo } = signIn;
  const origins = new Set([publicUrl, ...config.allowedOrigins]);
  const sessions = createSessions({ secrets, https: publicUrl.startsWith('https:'), time });
  const provider = createProvider({ ...signIn, logger });
  const authenticate = createIdentity({ provider, sessions, resolve, audience, origins, time });

  const admit = operationAdmission(runtime);
  const limiter = createRateLimiter(() => time.now().getTime());
  const shared = { runtime, authenticate, admit, limiter, time, logger, registry, random };

  const live = new Live({ ...shared, stream, pull, principals, origins: [...origins], staggerMs });
  const signedOut = (sessionId: string) => live.endSession(sessionId);
  const http = await HttpSide.build({
    ...shared,
    sessions,
    publicUrl,
    subgraphs,
    portalDirectory,
    signIn: { provider, resolve, signedOut, secrets, demo, time },
    load: deps.load ?? new LoadMeter(time),
  });
  const stop = async (): Promise<void> => {
    http.retire();
    await live.stop();
    await http.stop();
    await principals.stop();
    await runtime.stop();
    logger.info('the gateway has stopped');
  };
  return { http, live, stop };
}
