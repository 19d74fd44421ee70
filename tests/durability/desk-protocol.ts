import type { Domain } from '@desk/schema/domains';
import type { TokenKeys } from '@desk/kit/api/token';

/** What the services are told at their start. */
export interface DeskSettings {
  directory: string;
  /** Redis and the prefix of the rig's keys; null for the stream in process. */
  redis: { url: string; prefix: string } | null;
  /** The keys of the internal token, with which the rig signs as the gateway does. */
  keys: TokenKeys;
  /** True once the people and organizations are there. */
  filled: boolean;
}

/** What the services tell once all of them answer. */
export interface DeskReady {
  urls: Record<Domain, string>;
  mongodbUri: string;
}
