import type { Domain } from '@desk/schema/domains';

/** A record of a play, as the last answer gave it. */
export interface Shown {
  id: string;
  version: number;
  [field: string]: unknown;
}

/** What a play knows when it makes the next input. */
export interface Scene {
  /** A word that no other play has: it makes texts and names unique. */
  word: string;
  /** The present instant. */
  readonly now: Date;
  /** The id of a person, by login. */
  person(login: string): string;
  /** The id of a person's organization. */
  organization(login: string): string;
  /** A record that an earlier step made or read, by the field of the payload that held it. */
  of(record: string): Shown;
}

/** One mutation of a play, which is repeated under one idempotency key until it is acknowledged. */
export interface Step {
  mutation: string;
  /** The login of the person who asks. */
  by: string;
  /** The payload's field that holds the record; null where the payload has none. */
  record: string | null;
  /** What is asked of the record; `id version` where nothing is said. */
  shows?: string;
  input(scene: Scene): Record<string, unknown>;
  /** Read before the mutation, until it gives something: the version of a record that stood before the play. */
  reads?: Reading;
  /** A refusal that passes by itself: another service has not yet heard of the record. */
  passing?: string;
  /** Who keys the write, and how, where the service derives the key itself. */
  keyed?(scene: Scene): { principal: string; operation?: string; key: string };
}

/** A query whose answer becomes a record of the play. */
export interface Reading {
  domain: Domain;
  query: string;
  variables?(scene: Scene): Record<string, unknown>;
  /** The record in the answer; null where it is not there yet. */
  pick(data: Record<string, unknown>, scene: Scene): Shown | null;
}

/** The life of one record, told by the mutations that move it. */
export interface Play {
  name: string;
  /** Changes a record that stood before it, so it runs once at a time. */
  alone?: true;
  /** Its person is one whom no other play has, under the login `newcomer`. */
  newcomer?: true;
  steps: readonly Step[];
}

/** Names the record whose version the caller saw. */
export function on(record: string, rest: (scene: Scene) => object = () => ({})): Step['input'] {
  return (scene) => {
    const { id, version } = scene.of(record);
    return { id, expectedVersion: version, ...rest(scene) };
  };
}

/** Names the record alone. */
export function about(record: string, rest: (scene: Scene) => object = () => ({})): Step['input'] {
  return (scene) => ({ id: scene.of(record).id, ...rest(scene) });
}

/** The steps of one record: each row is who, the mutation, and its input. */
export function steps(record: string, rows: readonly [by: string, mutation: string, input: Step['input']][]): Step[] {
  return rows.map(([by, mutation, input]) => ({ by, mutation, record, input }));
}

/** A reason or text that names the play. */
export const because = ({ word }: Scene) => ({ reason: `Because of ${word}.` });
export const saying = ({ word }: Scene) => ({ text: `This is about ${word}.` });

/** An incident as a distributor reports it. */
export const report = ({ word }: Scene) => ({
  title: `Reads are missing ${word}`,
  description: `Since 06:00, ${word}.`,
  serviceId: 'VEE',
  environment: 'PRODUCTION',
  impact: 'LOW',
  urgency: 'LOW',
});
