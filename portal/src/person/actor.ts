import type en from './messages.en.json';
import type { ActorRefFragment } from '../generated/api.ts';
import type { Text } from '../text/text.ts';

declare module '../text/text.ts' {
  interface MessageSets {
    person: keyof typeof en;
  }
}

/** Who did something, in a few words: the name, and for whom an agent acted. */
export function actorName(actor: ActorRefFragment | null, text: Text): string {
  if (!actor || actor.kind === 'SYSTEM') return text('actor.desk');
  const name = actor.person?.name ?? text(actor.kind === 'CLIENT' ? 'actor.system' : 'actor.person');
  return actor.actingFor ? text('actor.for', { name, organization: actor.actingFor.name }) : name;
}
