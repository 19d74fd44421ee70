import type { QueryKey, QueryMeta, UseQueryOptions } from '@tanstack/react-query';
import type { AnyRoute, LinkProps } from '@tanstack/react-router';
import { createContext, use, type ComponentType } from 'react';
import type { Api } from '../api/client.ts';
import type { Language } from '../generated/api.ts';
import type { LiveField } from '../live/live-field.ts';
import type { MessageId } from '../text/text.ts';
import { APP_KEYS, LIST_KEYS, RECORD_KEYS, type Command } from './keys.ts';
import type { Session } from './session-context.ts';

/** What a noun gives the app. Everything may be left out. */
export interface Noun<Route extends AnyRoute = AnyRoute> {
  /** Its pages; each says its title in `staticData`. */
  routes?: readonly Route[];
  /** Where the bar of every page leads, in this order. */
  navigation?: readonly NavigationEntry[];
  /** Its keys. What a page does by a key is listed too, so that the sheet can show it. */
  commands?: readonly Command[];
  /** The live fields that the feed follows for it. */
  live?: readonly LiveField[];
  /** What is read before any page is shown. */
  preloads?: (api: Api) => readonly Preload[];
  /** Finds its records by words, for the palette. */
  search?: (api: Api, words: string) => Promise<readonly Found[]>;
  /** What the digits that a reader typed are as a number of its records, or as the end of one. */
  numberOf?: (digits: string) => string;
  home?: HomePart;
  dashboard?: DashboardPart;
}

/** A query that is read before any page is shown. */
export interface Preload {
  queryKey: QueryKey;
  queryFn: () => Promise<unknown>;
  staleTime: number;
  meta?: QueryMeta;
}

/** A place of the portal, as a link names it. */
export type Address = Pick<LinkProps, 'to' | 'params' | 'search'>;

/** One link to a page. */
export interface NavigationEntry {
  label: MessageId;
  address: Address;
  /** Commands that lead there too. */
  commands?: readonly Command[];
  /** A hook that says whether it is shown. Left out: it is for everybody. */
  useShown?: () => boolean;
  /** A figure behind the label. */
  Badge?: ComponentType;
}

/** One record that the palette found. */
export interface Found {
  id: string;
  label: string;
  address: Address;
}

/** What a noun shows on the home page. */
export interface HomePart {
  /** What everybody must see before all else. */
  First?: ComponentType;
  /** What waits for a reader, a short list for each kind of it; empty where the reader's roles leave nothing to do. */
  needs?: (reader: Session) => readonly Needs[];
  /** Where to start. */
  starts?: readonly NavigationEntry[];
  /** What stands last. */
  Summary?: ComponentType;
}

/** What a noun shows on the dashboard. */
export interface DashboardPart {
  /** Its figures at an instant, in milliseconds since 1970; none where the reader has nothing of it. */
  figures?: (reader: Session, now: number) => readonly Figure[];
  /** What tells more than figures do. */
  Part?: ComponentType;
}

/** One number of the dashboard. It leads to the list that it counts. */
export interface Figure {
  label: MessageId;
  address: Address;
  /** Null: counting took too long. */
  query: Pick<UseQueryOptions<number | null>, 'queryKey' | 'queryFn' | 'staleTime'>;
  /** True where any at all is an alarm. */
  alarm?: boolean;
}

/** What waits for a reader: the few records that wait longest, and where all of them are. */
export interface Needs {
  query: Pick<UseQueryOptions<Needed>, 'queryKey' | 'queryFn' | 'staleTime'>;
  all: NavigationEntry;
}

/** The records that wait for a reader, as read. */
export interface Needed {
  nodes: readonly NeededRecord[];
  hasMore: boolean;
}

/** One record that waits for a reader, and what it waits for. */
export interface NeededRecord {
  id: string;
  number: string;
  title: Record<Language, string>;
  address: Address;
  badges: readonly NeededBadge[];
  what: MessageId;
  dueAt: string | null;
  breached: boolean;
}

/** A badge: a code, in the words of a group where it has some. */
interface NeededBadge {
  code: string;
  group?: string;
  /** A class besides that of every badge. */
  style?: string;
}

export const NounsContext = createContext<readonly Noun[]>([]);

/** The nouns of the portal. */
export function useNouns(): readonly Noun[] {
  return use(NounsContext);
}

/** Every key of the portal. The sheet, the palette and the listener read this list. */
export function commandsOf(nouns: readonly Noun[]): Command[] {
  const ofPages = { ...APP_KEYS, ...LIST_KEYS, ...RECORD_KEYS };
  return [...Object.values(ofPages), ...nouns.flatMap(({ commands }) => commands ?? [])];
}

/** The `useShown` of an entry that is for everybody. */
export const alwaysShown = () => true;
