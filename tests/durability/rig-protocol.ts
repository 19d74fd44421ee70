/** The service's name, that of its database, and that of its stream. */
export const RIG = 'rig';

/** What a writer asks for. A repetition is the same object again. */
export interface RigRequest {
  /** Makes a thing, or counts one up. */
  kind: 'create' | 'count';
  /** The idempotency key; no two requests share one. */
  key: string;
  by: number;
  /** The thing to count up. */
  thing?: string;
}

/** What the service is told at its start. */
export interface RigSettings {
  directory: string;
  /** Redis and the prefix of the rig's keys; null for the stream in process. */
  redis: { url: string; prefix: string } | null;
  /** Acknowledges before the journal is written: the bug that the rig must find. */
  weakWrites: boolean;
}

/** What the service tells once it answers. */
export interface RigReady {
  url: string;
  mongodbUri: string;
}

/** What the consumer keeps of a thing: the fold of its events. */
export interface Projection {
  _id: string;
  seq: number;
  count: number;
  keys: string[];
}
