import { createGateway } from '@desk/gateway/gateway';
import { systemTime } from '@desk/kit/time/time-source';
import { START, type StreamEvent } from '@desk/kit/log/entry';
import { systemRandom } from '@desk/kit/process/ids';
import { createLogger } from '@desk/kit/process/logger';
import { MemoryStream } from '@desk/kit/log/memory-stream';
import type { PullEvents } from '@desk/kit/log/pull';
import { generateTokenKeys, tokenSigner } from '@desk/kit/api/token';
import { DOMAINS, type Domain } from '@desk/schema/domains';
import { answerCalls } from './child.ts';
import { profileCalls } from './profile.ts';
import { stageId } from './stage-data.ts';
import { STAGE_AUDIENCE } from './stage-identity.ts';

/*
 * The product's gateway as it runs in production (sign-in, limits, logs, live updates), before the stage's subgraphs. Only
 * its events come from here: they are put into the in-process stream, at once and in the number that is asked for.
 */
const STREAM = 'tickets';
const { OIDC_ISSUER = '' } = process.env;
/** Where a domain answers that the stage does not serve: nothing listens there, and no query of the bench asks it. */
const NOBODY = 'http://127.0.0.1:9';

const stream = new MemoryStream();
const log: StreamEvent[] = [];
const keys = await generateTokenKeys();
const pull: PullEvents = async (service, after, limit) => {
  const own = service === STREAM ? log : [];
  const head = own.at(-1)?.position ?? { epoch: EPOCH, pos: 0 };
  return { events: own.slice(after.pos, after.pos + limit), head };
};
const EPOCH = START.epoch + 1;

const gateway = await createGateway(
  {
    host: '127.0.0.1',
    port: 0,
    publicUrl: 'http://127.0.0.1',
    subgraphs: Object.fromEntries(
      DOMAINS.map((name) => [name, process.env[`${name.toUpperCase()}_URL`] ?? NOBODY]),
    ) as Record<Domain, string>,
    signIn: {
      issuer: OIDC_ISSUER,
      clientId: 'bench',
      clientSecret: null,
      sessionSecrets: ['a secret of the bench, longer than thirty-two bytes'],
      audience: STAGE_AUDIENCE,
      demo: false,
    },
    allowedOrigins: [],
    portalDirectory: null,
    shutdownMs: 0,
  },
  {
    time: systemTime,
    random: systemRandom,
    logger: createLogger('gateway', 'info'),
    stream,
    pull,
    signToken: await tokenSigner(keys.signing, systemTime),
  },
);

answerCalls({
  ...profileCalls,
  url: () => `${gateway.url}/graphql`,
  /** Puts so many events into the log, each about another incident; answers with the instants at which each began, in ns. */
  publish: async ({ events }: { events: number }) => {
    const instants: number[] = [];
    for (let n = 0; n < events; n++) {
      const event = nextEvent();
      log.push(event);
      instants.push(Number(process.hrtime.bigint()));
      await stream.append(STREAM, [event]);
    }
    return instants;
  },
  /** The gateway's own figures, by name: the sum over their labels. */
  figures: async () => readFigures(await (await fetch(`${gateway.url}/metrics`)).text()),
});

const INCIDENTS = 60;

function nextEvent(): StreamEvent {
  const pos = log.length + 1;
  return {
    position: { epoch: EPOCH, pos },
    aggregate: stageId('inc', pos % INCIDENTS),
    seq: pos,
    type: 'incident.reclassified',
    eventVersion: 2,
    at: new Date(),
    actor: { id: stageId('per', pos % INCIDENTS), kind: 'PERSON', actingFor: null },
    organizationId: stageId('org', pos % INCIDENTS),
    internal: false,
    data: {
      subject: { type: 'INCIDENT', id: stageId('inc', pos % INCIDENTS) },
      kind: 'RECLASSIFIED',
      changedFields: ['priority', 'urgency', 'updatedAt'],
      match: { priority: ['P2', 'P3'] },
    },
  };
}

function readFigures(text: string): Record<string, number> {
  const figures: Record<string, number> = {};
  for (const [, name = '', value = ''] of text.matchAll(/^(\w+)(?:\{[^}]*\})? ([\d.e+-]+)$/gm)) {
    figures[name] = (figures[name] ?? 0) + Number(value);
  }
  return figures;
}
