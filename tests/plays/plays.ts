import type { Domain } from '@desk/schema/domains';
import { PLAYS as changes } from './changes.ts';
import { PLAYS as continuity } from './continuity.ts';
import { PLAYS as directory } from './directory.ts';
import { PLAYS as learning } from './learning.ts';
import { PLAYS as notifications } from './notifications.ts';
import type { Play } from './play.ts';
import { PLAYS as tickets } from './tickets.ts';

/** The plays of each domain. Together they hold every mutation. */
export const PLAYS: Readonly<Record<Domain, readonly Play[]>> = {
  directory,
  tickets,
  changes,
  continuity,
  learning,
  notifications,
};

/** The mutations that no play holds, each with the reason. */
export const LEFT_OUT: Readonly<Record<string, string>> = {};
