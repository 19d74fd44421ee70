import { Kind, OperationTypeNode, SchemaMetaFieldDef, TypeMetaFieldDef } from 'graphql';
import { deepen, note, type Level, type Part, type Reading } from './read-document.ts';
import { ENDLESS, sum } from './saturating.ts';

/** Adds a part up from the bottom. The fragments that it spreads must have been added up before. */
export function countPart(part: Part, fragments: ReadonlyMap<string, Part>, reading: Reading): void {
  for (const level of part.levels.toReversed()) {
    for (const name of level.spreads) {
      const top = fragments.get(name)?.levels[0];
      if (!top) continue;
      level.selections = sum(level.selections, top.selections);
      level.aliases = sum(level.aliases, top.aliases);
      deepen(level, top.depth, { key: null, below: top });
    }
    noteRepeats(level, fragments, reading);
    const { parent, key } = level;
    if (!parent) continue;
    parent.selections = sum(parent.selections, level.selections);
    parent.aliases = sum(parent.aliases, level.aliases);
    deepen(parent, level.depth + level.cost.levels, { key, below: level });
  }
  const top = part.levels[0];
  if (!top) return;
  note(reading, 'selections', { asked: top.selections });
  note(reading, 'depth', { asked: top.depth, path: (allowed) => deepestPath(top, allowed + 1) });
  note(reading, 'aliases', { asked: top.aliases });
  if (part.node.kind === Kind.FRAGMENT_DEFINITION) return;
  if (part.node.operation === OperationTypeNode.QUERY) {
    note(reading, 'rootQueryFields', { asked: top.keys.size });
    note(reading, 'introspections', { asked: [...top.keys.values()].filter(isIntrospection).length });
  }
  if (part.node.operation === OperationTypeNode.MUTATION) note(reading, 'rootMutationFields', { asked: top.keys.size });
}

function isIntrospection(field: string): boolean {
  return field === SchemaMetaFieldDef.name || field === TypeMetaFieldDef.name;
}

/**
 * Bounds the one step whose work grows with levels times keys. Each merge stands for an expanded selection of its part, so
 * only a document of many parts, each near the limit of 5,000 selections, could reach it within the other limits.
 */
const MERGES_MAX = 50_000;

function noteRepeats(level: Level, fragments: ReadonlyMap<string, Part>, reading: Reading): void {
  for (const name of new Set(level.spreads)) {
    for (const [key, field] of fragments.get(name)?.levels[0]?.keys ?? []) {
      reading.merges += 1;
      if (reading.merges > MERGES_MAX) return note(reading, 'repeatedFields', { asked: ENDLESS });
      level.keys.set(key, field);
    }
  }
  const uses = new Map<string, number>();
  for (const field of level.keys.values()) uses.set(field, (uses.get(field) ?? 0) + 1);
  reading.steps += level.keys.size;
  for (const [field, count] of uses) {
    const asked = Math.max(count, level.written.get(field) ?? 0);
    note(reading, 'repeatedFields', { asked, path: () => pathOf(level, field) });
  }
}

function deepestPath(top: Level, length: number): string {
  const keys: string[] = [];
  for (let step = top.deepest; step && keys.length < length; step = step.below?.deepest ?? null) {
    if (step.key !== null) keys.push(step.key);
  }
  return keys.join('.');
}

/** The response keys down to a level's field `last`; where `usedAt` knows the fragments' places, from the operation on. */
export function pathOf(level: Level, last: string | null, usedAt?: ReadonlyMap<string, Level>): string {
  const keys = last === null ? [] : [last];
  for (let at: Level | undefined = level; at;) {
    if (at.parent) {
      keys.push(at.key);
      at = at.parent;
    } else {
      const fragment: string | null = at.part.node.kind === Kind.FRAGMENT_DEFINITION ? at.part.node.name.value : null;
      at = fragment === null ? undefined : usedAt?.get(fragment);
      if (fragment !== null && !at) keys.push(`...${fragment}`);
    }
  }
  return keys.reverse().join('.');
}

/** Each fragment behind all that it spreads. A fragment that contains itself, or spreads one that does, is left out. */
export function fragmentOrder(fragments: ReadonlyMap<string, Part>): Part[] {
  const waitingFor = new Map<Part, number>();
  const usersOf = new Map<Part, Part[]>();
  for (const user of fragments.values()) {
    const names = new Set(user.levels.flatMap((level) => level.spreads));
    const used = [...names].flatMap((name) => fragments.get(name) ?? []);
    waitingFor.set(user, used.length);
    for (const fragment of used) usersOf.set(fragment, [...(usersOf.get(fragment) ?? []), user]);
  }
  const order = [...waitingFor].filter(([, count]) => count === 0).map(([fragment]) => fragment);
  for (const fragment of order) {
    for (const user of usersOf.get(fragment) ?? []) {
      const count = (waitingFor.get(user) ?? 0) - 1;
      waitingFor.set(user, count);
      if (count === 0) order.push(user);
    }
  }
  return order;
}
