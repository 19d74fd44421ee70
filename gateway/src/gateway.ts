import type { Dependencies } from '@desk/kit/service';
import { createRegistry } from '@desk/kit/server';
import { supergraphSdl } from '@desk/schema/sdl';
import type { GatewayConfig } from './config.ts';
import { createHttp } from './http.ts';
import { createIdentity } from './identity.ts';
import { operationAdmission } from './known-documents.ts';
import { createLive, type Live } from './live.ts';
import { createPrincipals } from './principals.ts';
import { createProvider } from './provider.ts';
import { createRateLimiter } from './rate-limit.ts';
import { createRuntime } from './runtime.ts';
import { createSessions } from './session.ts';

/** What the gateway is given from outside: the same in production, in one process, and in tests. */
export interface GatewayDependencies extends Pick<
  Dependencies,
  'clock' | 'random' | 'logger' | 'stream' | 'pull' | 'signToken'
> {
  /** The delay of the event loop in milliseconds, in place of the measured one. */
  delayMs?: () => number;
}

export interface RunningGateway {
  /** Where it listens. */
  url: string;
  live: Live;
  /** Says that it is not ready, closes the sockets bit by bit, answers what is in hand, and ends. May be called again. */
  stop(): Promise<void>;
}

/** Starts the gateway: the supergraph over HTTP and WebSocket, sign-in, and the portal's files. */
export async function createGateway(config: GatewayConfig, deps: GatewayDependencies): Promise<RunningGateway> {
  const { clock, logger, stream, pull, signToken, random } = deps;
  const { publicUrl, subgraphs, signIn, portalDirectory } = config;
  const registry = createRegistry('gateway');
  const runtime = await createRuntime({
    supergraphSdl: supergraphSdl(),
    urls: subgraphs,
    signToken,
    clock,
    logger,
    registry,
  });
  const directoryUrl = subgraphs['directory'];
  if (!directoryUrl) throw new Error('the gateway needs the address of the directory');
  const principals = createPrincipals({ directoryUrl, signToken, stream, pull, clock, logger });
  const resolve = (login: string) => principals.resolve(login);

  const origins = new Set([publicUrl, ...config.allowedOrigins]);
  const sessions = createSessions({ secret: signIn.sessionSecret, https: publicUrl.startsWith('https:'), clock });
  const provider = createProvider({ ...signIn, logger });
  const authenticate = createIdentity({ provider, sessions, resolve, audience: signIn.audience, origins, clock });

  const admit = operationAdmission(runtime);
  const limiter = createRateLimiter(() => clock.now().getTime());

  const live = createLive({
    runtime,
    admit,
    limiter,
    stream,
    pull,
    clock,
    logger,
    registry,
    authenticate,
    principals,
    origins: [...origins],
    staggerMs: config.shutdownMs,
    random,
  });
  const http = await createHttp({
    runtime,
    authenticate,
    sessions,
    admit,
    limiter,
    logger,
    registry,
    random,
    publicUrl,
    subgraphs,
    portalDirectory,
    signIn: {
      provider,
      resolve,
      signedOut: (sessionId) => live.endSession(sessionId),
      secret: signIn.sessionSecret,
      demo: signIn.demo,
      clock,
    },
    ...(deps.delayMs ? { delayMs: deps.delayMs } : {}),
  });
  const stop = async (): Promise<void> => {
    http.retire();
    await live.stop();
    await http.stop();
    await principals.stop();
    await runtime.stop();
    logger.info('the gateway has stopped');
  };
  let stopping: Promise<void> | null = null;

  live.serve(http.app.server);
  try {
    const url = await http.app.listen({ host: config.host, port: config.port });
    logger.info({ url, publicUrl }, 'the gateway is ready');
    return { url, live, stop: () => (stopping ??= stop()) };
  } catch (error) {
    await stop();
    throw error;
  }
}
