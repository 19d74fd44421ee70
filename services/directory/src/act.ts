import type { Actor } from '@desk/kit/event';

/** What every rule that changes something is given besides its input: when, and by whom. */
export interface Act {
  at: Date;
  actor: Actor;
}
