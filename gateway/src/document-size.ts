import {
  Kind,
  Lexer,
  OperationTypeNode,
  SchemaMetaFieldDef,
  Source,
  TokenKind,
  TypeMetaFieldDef,
  type DocumentNode,
} from 'graphql';
import { ENDLESS, plus } from './bounded-count.ts';
import type { Block, Level, Survey } from './document-survey.ts';
import { deepen, note } from './document-survey.ts';

/** Adds a block up from the bottom. The fragments that it spreads must have been added up before. */
export function totalBlock(block: Block, fragments: ReadonlyMap<string, Block>, survey: Survey): void {
  for (const level of block.levels.toReversed()) {
    for (const name of level.spreads) {
      const top = fragments.get(name)?.levels[0];
      if (!top) continue;
      level.selections = plus(level.selections, top.selections);
      level.aliases = plus(level.aliases, top.aliases);
      deepen(level, top.depth, { key: null, below: top });
    }
    noteRepeats(level, fragments, survey);
    const { parent, key } = level;
    if (!parent) continue;
    parent.selections = plus(parent.selections, level.selections);
    parent.aliases = plus(parent.aliases, level.aliases);
    deepen(parent, level.depth + 1, { key, below: level });
  }
  const top = block.levels[0];
  if (!top) return;
  note(survey, 'selections', { asked: top.selections });
  note(survey, 'depth', { asked: top.depth, path: (allowed) => deepestPath(top, allowed + 1) });
  note(survey, 'aliases', { asked: top.aliases });
  if (block.node.kind === Kind.FRAGMENT_DEFINITION) return;
  if (block.node.operation === OperationTypeNode.QUERY) {
    note(survey, 'rootQueryFields', { asked: top.keys.size });
    note(survey, 'introspections', { asked: [...top.keys.values()].filter(isIntrospection).length });
  }
  if (block.node.operation === OperationTypeNode.MUTATION) note(survey, 'rootMutationFields', { asked: top.keys.size });
}

function isIntrospection(field: string): boolean {
  return field === SchemaMetaFieldDef.name || field === TypeMetaFieldDef.name;
}

/**
 * Bounds the one step whose work grows with levels times keys. Each merge stands for an expanded selection of its block, so
 * only a document of many blocks, each near the limit of 5,000 selections, could reach it within the other limits.
 */
const MERGES_MAX = 50_000;

function noteRepeats(level: Level, fragments: ReadonlyMap<string, Block>, survey: Survey): void {
  for (const name of new Set(level.spreads)) {
    for (const [key, field] of fragments.get(name)?.levels[0]?.keys ?? []) {
      survey.merges += 1;
      if (survey.merges > MERGES_MAX) return note(survey, 'repeatedFields', { asked: ENDLESS });
      level.keys.set(key, field);
    }
  }
  const uses = new Map<string, number>();
  for (const field of level.keys.values()) uses.set(field, (uses.get(field) ?? 0) + 1);
  survey.visited += level.keys.size;
  for (const [field, count] of uses) {
    const asked = Math.max(count, level.written.get(field) ?? 0);
    note(survey, 'repeatedFields', { asked, path: () => pathOf(level, field) });
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
      const fragment: string | null = at.block.node.kind === Kind.FRAGMENT_DEFINITION ? at.block.node.name.value : null;
      at = fragment === null ? undefined : usedAt?.get(fragment);
      if (fragment !== null && !at) keys.push(`...${fragment}`);
    }
  }
  return keys.reverse().join('.');
}

/** Each fragment behind all that it spreads. A fragment that contains itself, or spreads one that does, is left out. */
export function fragmentOrder(fragments: ReadonlyMap<string, Block>): Block[] {
  const waitingFor = new Map<Block, number>();
  const usersOf = new Map<Block, Block[]>();
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

/** What a token of a document keeps once it is parsed and measured, in bytes; found with documents of 800 to 2,000 tokens. */
const BYTES_PER_TOKEN = 512;

/** The memory that a document keeps while it is known, in bytes: an estimate by its tokens. */
export function keptBytes(document: DocumentNode): number {
  return (1 + (document.tokenCount ?? 0)) * BYTES_PER_TOKEN;
}

/** Counts tokens and the deepest nesting of brackets, up to where the text stops being GraphQL. Its length bounds the loop. */
export function measureText(source: string): { tokens: number; nesting: number } {
  const lexer = new Lexer(new Source(source));
  let tokens = 0;
  let open = 0;
  let nesting = 0;
  try {
    for (let { kind } = lexer.advance(); kind !== TokenKind.EOF; { kind } = lexer.advance()) {
      tokens += 1;
      if (OPENING.has(kind)) open += 1;
      if (CLOSING.has(kind)) open -= 1;
      nesting = Math.max(nesting, open);
    }
  } catch {
    // From here on it is not GraphQL: the parser's own error says so.
  }
  return { tokens, nesting };
}

const OPENING: ReadonlySet<string> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const CLOSING: ReadonlySet<string> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);
