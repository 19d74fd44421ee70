import { getNamedType, isListType, type GraphQLObjectType } from 'graphql';
import { isRecord, recordTypes, rootFields, rowsOf, type Field } from './api-shape.ts';
import type { Caller, Row } from './caller.ts';
import { briefRecord, operation, wholeField, wholeRecord } from './selections.ts';

/** Pages of one list. */
const PAGES_MAX = 60;

/** Asks for all that the root fields lead to: every list, page by page, up to a number of rows, and every other field once. */
export async function crawlRoots(caller: Caller, rowsMax: number): Promise<void> {
  const fields = rootFields('Query').filter((field) => idArgument(field) === null);
  const lists = fields.filter(({ type }) => rowsOf(getNamedType(type)));
  const counts = new Map<string, number>();
  for (const [at, part] of partsOf(lists, COUNTED_TOGETHER).entries()) {
    const answer = await caller.ask(
      operation(`query Counts${at}`, part.map(({ name }) => `${name}(first: 1) { __typename totalCount }`).join(' ')),
    );
    for (const { name } of part) counts.set(name, pageOf(answer.data, name)?.totalCount ?? 0);
  }
  for (const field of fields) {
    if (counts.has(field.name)) await crawlList(caller, field, Math.min(counts.get(field.name) ?? 0, rowsMax));
    else await crawlField(caller, field);
  }
}

/** Asks for records by every way that takes an id: `nodes`, `node`, and the root fields of their types. */
export async function crawlRecords(caller: Caller, rowsOfType: (type: string) => readonly Row[]): Promise<void> {
  for (const type of new Set([...recordTypes(), ...rootFields('Query').filter(idArgument).map(answeredBy)])) {
    const [first, second = first] = rowsOfType(type.name);
    if (!first || !second) continue;
    const fields = fieldsById(type);
    if (isRecord(type)) {
      const within = (selection: string) => `{ __typename ... on ${type.name} { ${selection} } }`;
      const nodes = (selection: string) => operation('query($ids: [ID!]!)', `nodes(ids: $ids) ${within(selection)}`);
      const ids = [first.id];
      // What has a root field of its own is asked for whole there.
      if (fields.length) await caller.ask(nodes(briefRecord(type)), { ids });
      else await caller.askWidest((extent) => nodes(wholeRecord(type, extent)), { ids });
      const node = operation('query($id: ID!)', `node(id: $id) ${within(briefRecord(type))}`);
      await caller.ask(node, { id: second.id });
    }
    for (const field of fields) {
      const argument = idArgument(field) ?? 'id';
      const text = (extent: Parameters<typeof wholeField>[2]) =>
        operation('query($id: ID!)', wholeField(field, { [argument]: '$id' }, extent));
      await caller.askWidest(text, { id: first[argument] });
    }
  }
}

/** The root fields that find a value of the type by an id. */
export function fieldsById(type: GraphQLObjectType): Field[] {
  return rootFields('Query').filter((field) => idArgument(field) !== null && answeredBy(field) === type);
}

/** The argument by which a root field finds one record; null for all others, and for those of every type. */
export function idArgument({ args, name }: Field): string | null {
  if (name === 'node' || name === 'nodes') return name;
  return args.find((argument) => ['id', 'recordId'].includes(argument.name))?.name ?? null;
}

/** A list of what also has a way by its id stands in brief. */
async function crawlField(caller: Caller, field: Field): Promise<void> {
  const type = answeredBy(field);
  const inBrief = isListType(field.type) && fieldsById(type).length > 0;
  if (inBrief) await caller.ask(operation('query', `${field.name} { ${briefRecord(type)} }`));
  else await caller.askWidest((extent) => operation('query', wholeField(field, {}, extent)));
}

async function crawlList(caller: Caller, field: Field, rows: number): Promise<void> {
  let after: string | null = null;
  let left = Math.max(1, rows);
  for (let pages = 0; pages < PAGES_MAX; pages++) {
    const text = (extent: Parameters<typeof wholeField>[2]) =>
      operation(
        'query($after: Cursor)',
        wholeField(field, { after: '$after' }, { ...extent, rows: Math.min(extent.rows, left) }),
      );
    const answer = await caller.askWidest(text, { after });
    const page = pageOf(answer.data, field.name);
    left -= page?.nodes.length ?? 0;
    if (!page?.pageInfo.hasNextPage || left <= 0) return;
    after = page.pageInfo.endCursor;
  }
  throw new Error(`${field.name} has more than ${PAGES_MAX} pages.`);
}

interface Page {
  totalCount: number;
  nodes: Row[];
  pageInfo: { hasNextPage: boolean; endCursor: string };
}

function pageOf(data: unknown, name: string): Page | null {
  return (data as Record<string, Page | null> | null | undefined)?.[name] ?? null;
}

function answeredBy({ type }: Field): GraphQLObjectType {
  return getNamedType(type) as GraphQLObjectType;
}

/** Lists that are counted in one operation: as many root fields as every caller may ask for. */
const COUNTED_TOGETHER = 10;

function partsOf<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, part) => all.slice(part * size, (part + 1) * size));
}
