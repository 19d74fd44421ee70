import { getNamedType, type GraphQLObjectType } from 'graphql';
import { fieldsOf, isRecord, recordTypes, rowsOf } from './api-shape.ts';
import type { Caller, Row, Told } from './caller.ts';
import { crawlRoots, fieldsById } from './crawl.ts';
import { mayMeet, mayRead, mayReadWords, passes, SME, type Standing, type Truth } from './rights.ts';
import { operation, wholeRecord, EXTENTS } from './selections.ts';
import { recordsIn, walk, type Seen } from './walk.ts';

/** Rows of the pages in records that the truth takes: more than any record of the demo data has. */
const PARTS_MAX = 8;
/** Records that are asked for in one operation. */
const RECORDS_MAX = 8;
/** Texts that are shorter stand in many records by chance. */
const TELLING_LENGTH = 10;

const RECORDS = new Set(recordTypes().map(({ name }) => name));
/** Records that only their owner reads, so that no answer to the SME holds all of them. */
const isPersonal = (type: string) => ['Follow', 'Notification', 'SignUp'].includes(type);
/** The fields that lead from a part to the record that it belongs to. */
const PARENTS = ['incident', 'serviceRequest', 'change', 'problem', 'enrolment', 'report', 'event'];
/** The fields that lead to the organizations of a record. */
const ORGANIZATIONS = ['organization', 'agent'];

/** Everything that the administrator of the SME reads, and what is each caller's own. */
export class Book {
  readonly records = new Map<string, Truth>();
  /** Every text, and everywhere that it stands. */
  readonly #texts = new Map<string, Seen[]>();
  readonly #organizations = new Map<string, Row>();

  /** Adds what the administrator of the SME was told. */
  add({ answer: { data }, root }: Told): void {
    for (const row of recordsIn(data, (type) => RECORDS.has(type))) this.#addRecord(row, null);
    for (const seen of walk(data, root)) {
      const { value } = seen;
      for (const text of Array.isArray(value) ? value : [value]) {
        if (typeof text !== 'string' || !isTelling(text)) continue;
        this.#texts.set(text, [...(this.#texts.get(text) ?? []), seen]);
      }
    }
  }

  /** Adds the records that are somebody's own: nobody else reads them. */
  addOwn({ answer }: Told, owner: string): void {
    for (const row of recordsIn(answer.data, isPersonal)) this.#addRecord(row, owner);
  }

  /** Finds for each record where it belongs. To be called when all answers are in. */
  settle(): void {
    for (const truth of this.records.values()) {
      const { fields, type } = truth;
      const memberships = (fields['memberships'] ?? []) as Row[];
      const led = [fields, ...memberships].flatMap((each) => ORGANIZATIONS.map((name) => idOf(each[name])));
      truth.organizations = led
        .filter((id) => id !== null)
        .flatMap((id) => (this.#organizations.get(id)?.['type'] === 'SME' ? [id, SME] : [id]));
      const parents = RECORDS_WITH_PARENT.has(type) ? PARENTS : [];
      truth.parent = parents.map((name) => this.records.get(idOf(fields[name]) ?? '')).find(Boolean) ?? null;
      if (type === 'Enrolment') truth.owner = idOf(fields['learner']);
    }
  }

  /** The records of a type that somebody may read, or may not. */
  of(type: string, who: Standing, readable: boolean): Truth[] {
    return [...this.records.values()].filter((each) => each.type === type && mayRead(who, each) === readable);
  }

  /** Ids, numbers and codes of the records that somebody may not read. */
  foreignNames(who: Standing): Set<string> {
    const foreign = [...this.records.values()].filter((each) => !mayMeet(who, each));
    return new Set(foreign.flatMap(namesOf));
  }

  /** Texts that stand only where somebody may not read them. */
  foreignTexts(who: Standing): string[] {
    const texts = [...this.#texts].map(([text, places]) => ({
      text,
      readable: places.some((place) => this.mayReadAt(who, place)),
    }));
    const read = texts
      .filter(({ readable }) => readable)
      .map(({ text }) => text)
      .join('\n');
    return texts.filter(({ text, readable }) => !readable && !read.includes(text)).map(({ text }) => text);
  }

  mayReadAt(who: Standing, { coordinate, record, rules }: Seen): boolean {
    const truth = record && this.records.get(record.id);
    if (!truth) return true;
    return mayMeet(who, truth) && rules.every((rule) => passes(who, rule)) && mayReadWords(who, coordinate, truth);
  }

  #addRecord({ id, __typename: type, ...fields }: Row, owner: string | null): void {
    const known = this.records.get(id);
    const settled = { type: String(type), id, organizations: [], parent: null, owner };
    const truth = known ?? { ...settled, fields: {} };
    truth.owner = owner ?? truth.owner;
    Object.assign(truth.fields, fields);
    this.records.set(id, truth);
    if (type === 'Organization') this.#organizations.set(id, { id, ...truth.fields });
  }
}

/** The id of a record, and the number or code by which people name it. */
export function namesOf({ id, type, fields }: Truth): string[] {
  const code = type === 'Organization' ? fields['code'] : null;
  return [id, fields['number'], code].filter((name) => typeof name === 'string');
}

/** Reads all records of the desk, with all their parts: an analyst what analysts read, and an administrator the rest. */
export async function readEverything(analyst: Caller, administrator: Caller): Promise<void> {
  await Promise.all([crawlRoots(analyst, Number.POSITIVE_INFINITY), crawlRoots(administrator, SHARED_ROWS)]);
  // Parts have parts: reports, and who acknowledged them.
  const done = new Set<string>();
  for (const type of [...recordTypes(), ...recordTypes()]) {
    const found = new Set([analyst, administrator].flatMap(({ told }) => rowsIn(told, type.name)).map(({ id }) => id));
    const ids = [...found].filter((id) => !done.has(id));
    for (const id of ids) done.add(id);
    for (let at = 0; at < ids.length; at += RECORDS_MAX)
      await readParts(administrator, type, ids.slice(at, at + RECORDS_MAX));
  }
}

/** Rows of each list that the administrator reads too. Of enrolments, which the analyst does not read, the desk has fewer. */
const SHARED_ROWS = 6;

/** All records of a type in what somebody was told, each as often as it stands there. */
export function rowsIn(told: readonly Told[], type: string): Row[] {
  return told.flatMap(({ answer }) => [...recordsIn(answer.data, (each) => each === type)]);
}

/** Asks for what the lists do not hold: whole parts, and of records with a list of their own the names of all parts. */
async function readParts(root: Caller, type: GraphQLObjectType, ids: string[]): Promise<void> {
  const pages = fieldsOf(type).filter(
    (field) => isRecord(rowsOf(getNamedType(field.type))) && !isListed(rowsOf(getNamedType(field.type))),
  );
  const names = pages.map(
    ({ name }) =>
      `${name}(first: ${PARTS_MAX}) { __typename pageInfo { __typename hasNextPage } nodes { __typename id } }`,
  );
  const named = names.length ? await ask(root, ids, `... on ${type.name} { __typename id ${names.join(' ')} }`) : '';
  if (named.includes('"hasNextPage":true')) throw new Error(`PARTS_MAX is too small for the parts of ${type.name}`);
  if (!isListed(type)) await ask(root, ids, `... on ${type.name} { ${wholeRecord(type, EXTENTS.at(-1)!)} }`);
}

async function ask(root: Caller, ids: string[], selection: string): Promise<string> {
  const { data, errors } = await root.ask(
    operation('query($ids: [ID!]!)', `nodes(ids: $ids) { __typename ${selection} }`),
    {
      ids,
    },
  );
  if (errors) throw new Error(JSON.stringify(errors));
  return JSON.stringify(data);
}

/** Whether a root field lists the records of the type. */
function isListed(type: GraphQLObjectType | null): boolean {
  return type !== null && fieldsById(type).length > 0;
}

const RECORDS_WITH_PARENT = new Set(
  recordTypes()
    .filter((type) => !isListed(type))
    .map(({ name }) => name),
);

/** A text by which one knows where it comes from: no code, no instant, no number. */
function isTelling(text: string): boolean {
  return text.length >= TELLING_LENGTH && /[ @+]/.test(text);
}

function idOf(value: unknown): string | null {
  const id = (value as Row | null | undefined)?.id;
  return typeof id === 'string' ? id : null;
}
