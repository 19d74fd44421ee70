import { contentHash, derivedId } from '@desk/kit/process/ids';
import type { Viewer } from '@desk/kit/api/viewer';
import { systemTime } from '@desk/kit/time/time-source';
import { DOMAINS, type Domain } from '@desk/schema/domains';
import { mutationsOf } from '@desk/schema/sdl';
import { buildViewer } from '@desk/testkit/viewer';
import { mutationText } from '@desk/testkit/subgraph-client';
import type { Play, Scene, Shown, Step } from '../plays/play.ts';
import type { DeskTree } from './desk-process.ts';
import { Answers } from './kill-loop.ts';

/** A mutation that a service acknowledged. */
export interface Acknowledged {
  domain: Domain;
  mutation: string;
  /** The name under which the record keeps the caller's key. */
  key: string;
  /** The person who asked. */
  by: string;
  /** The record as the answer showed it; null where the answer has none. */
  shown: Shown | null;
}

const LOGINS = ['lena', 'omar', 'priya', 'jonas', 'bo', 'tess', 'sam', 'root', 'cleo', 'rae'];

/** The domain that owns each mutation. */
export const DOMAIN_OF: ReadonlyMap<string, Domain> = new Map(
  DOMAINS.flatMap((domain) => mutationsOf(domain).map((mutation) => [mutation, domain] as const)),
);

/** Writers who play one play after another; each repeats a mutation under its key until it is acknowledged. */
export class DeskWriters {
  readonly answers = new Answers();
  readonly done: Promise<unknown>;
  readonly acknowledged: Acknowledged[] = [];
  /** Refusals that no repetition changes: the plays ask for nothing that is not allowed. */
  readonly failed: string[] = [];
  readonly #tree: DeskTree;
  readonly #plays: readonly Play[];
  readonly #playing = new Set<Play>();
  readonly #people = new Map<string, Viewer>();
  #retries = 0;
  #played = 0;
  #stopping = false;

  /** `count` writers; each plays `plays` plays, or until it is stopped. `word` makes the words of these plays their own. */
  constructor(
    tree: DeskTree,
    { plays, count, word, each = Infinity }: { plays: readonly Play[]; count: number; word: string; each?: number },
  ) {
    this.#tree = tree;
    this.#plays = plays;
    const write = async () => {
      for (let played = 0; played < each && !this.#stopping; played++) await this.#play(word);
    };
    this.done = this.#meet().then(() => Promise.all(Array.from({ length: count }, write)));
    // Whoever waits for the writers reports it; a writer that ends early must not end the process.
    this.done.catch(() => undefined);
  }

  get retries(): number {
    return this.#retries;
  }

  /** Resolves when every writer's last mutation is acknowledged. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.done;
  }

  async #meet(): Promise<void> {
    for (const login of LOGINS) this.#people.set(login, await this.#tree.viewer(login));
  }

  async #play(prefix: string): Promise<void> {
    const place = this.#played++;
    const play = this.#nextPlay(place);
    this.#playing.add(play);
    const people = new Map(this.#people);
    const word = `${prefix}${place}`;
    if (play.newcomer) people.set('newcomer', newcomer(word, people.get('lena') as Viewer));
    const records = new Map<string, Shown>();
    const scene: Scene = {
      word,
      get now() {
        return systemTime.now();
      },
      person: (login) => people.get(login)?.id ?? '',
      organization: (login) => people.get(login)?.memberships[0]?.organizationId ?? '',
      of: (record) => records.get(record) as Shown,
    };
    for (const [index, step] of play.steps.entries()) {
      if (this.#stopping) break;
      const viewer = people.get(step.by) as Viewer;
      if (!(await this.#carryOut(step, { scene, records, viewer, key: `${word} ${index}` }))) break;
    }
    this.#playing.delete(play);
  }

  /** The plays in turn; one that changes a record of everybody's waits until nobody plays it. */
  #nextPlay(place: number): Play {
    const from = place % this.#plays.length;
    const turn = [...this.#plays.slice(from), ...this.#plays.slice(0, from)];
    return turn.find((play) => !play.alone || !this.#playing.has(play)) ?? (turn[0] as Play);
  }

  /** Asks for one mutation until it is acknowledged. False where it was refused. */
  async #carryOut(
    step: Step,
    { scene, records, viewer, key }: { scene: Scene; records: Map<string, Shown>; viewer: Viewer; key: string },
  ): Promise<boolean> {
    const { mutation, record, reads, passing } = step;
    const domain = DOMAIN_OF.get(mutation) as Domain;
    if (reads) {
      const read = await this.#tree.ask({
        domain: reads.domain,
        viewer,
        query: reads.query,
        variables: reads.variables?.(scene) ?? {},
        isAnswer: (data) => reads.pick(data, scene) !== null,
      });
      if (read.data === null) return this.#refused(step, read.error);
      if (record !== null) records.set(record, reads.pick(read.data, scene) as Shown);
    }
    const selection = record === null ? 'replayed' : `replayed ${record} { ${step.shows ?? 'id version'} }`;
    const variables = { input: { ...step.input(scene), idempotencyKey: key } };
    const query = mutationText(mutation, selection);
    const { data, error, retries } = await this.#tree.ask({ domain, viewer, query, variables, passing });
    this.#retries += retries;
    if (data === null) return this.#refused(step, error);
    const keyed = { principal: viewer.id, operation: mutation, key, ...step.keyed?.(scene) };
    const shown = record === null ? null : ((data[mutation] as Record<string, Shown>)[record] as Shown);
    this.acknowledged.push({
      domain,
      mutation,
      key: contentHash([keyed.principal, keyed.operation, keyed.key]),
      by: viewer.id ?? '',
      shown,
    });
    this.answers.add();
    if (record !== null && shown) records.set(record, shown);
    return true;
  }

  #refused({ mutation }: Step, error: string | null): false {
    this.failed.push(`${mutation} was refused: ${error}`);
    return false;
  }
}

/** Somebody of the same distributor whom no other play has. */
function newcomer(word: string, { memberships }: Viewer): Viewer {
  return buildViewer({
    id: derivedId('per', { principal: 'rig', operation: 'newcomer', key: word }),
    memberships: [...memberships],
  });
}
