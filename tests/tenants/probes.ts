import {
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredInputField,
  type GraphQLInputField,
  type GraphQLInputType,
} from 'graphql';
import type { ApiAnswer } from '../desk/partner.ts';
import {
  fieldsOf,
  inputFields,
  isRecord,
  objectType,
  recordTypes,
  rootFields,
  rowsOf,
  type Field,
} from './api-shape.ts';
import type { Caller } from './caller.ts';
import { fieldsById, idArgument } from './crawl.ts';
import type { Standing } from './rights.ts';
import { briefRecord, operation } from './selections.ts';
import { namesOf, type Book } from './truth.ts';

/** Two operations that differ in one name: of a record that the caller may not read, and of none. */
export interface Pair {
  kind: 'read' | 'filter' | 'mutation';
  name: string;
  text: string;
  variables: (named: string) => Record<string, unknown>;
  foreign: string;
  absent: string;
}

/** What the desk answered to both, without what differs by nature. */
export interface Answered extends Pick<Pair, 'kind' | 'name'> {
  foreign: string;
  absent: string;
}

/** Asks both operations of each pair. */
export async function askPairs(caller: Caller, pairs: readonly Pair[]): Promise<Answered[]> {
  const answered: Answered[] = [];
  for (const { kind, name, text, variables, ...named } of pairs) {
    const foreign = alike(await caller.ask(text, variables(named.foreign)), named.foreign);
    const absent = alike(await caller.ask(text, variables(named.absent)), named.absent);
    answered.push({ kind, name, foreign, absent });
  }
  return answered;
}

/** Every way to find a record of each type by its id, and by its number where it has one. */
export function readPairs(book: Book, who: Standing): Pair[] {
  return recordTypes().flatMap((type) => {
    const [truth] = book.of(type.name, who, false);
    if (!truth) return [];
    const brief = briefRecord(type);
    const within = `{ __typename ... on ${type.name} { ${brief} } }`;
    const named = { foreign: truth.id, absent: absentLike(truth.id) };
    const read = { kind: 'read' as const, variables: (id: string) => ({ id }), ...named };
    return [
      { ...read, name: `node of ${type.name}`, text: operation('query($id: ID!)', `node(id: $id) ${within}`) },
      {
        ...read,
        name: `nodes of ${type.name}`,
        text: operation('query($ids: [ID!]!)', `nodes(ids: $ids) ${within}`),
        variables: (id: string) => ({ ids: [id, id] }),
      },
      ...fieldsById(type).flatMap((field) => {
        // A follow is found by the record that is followed.
        const sought = idArgument(field) === 'id' ? truth : book.of('Incident', who, false)[0];
        const text = operation('query($id: ID!)', `${field.name}(${idArgument(field)}: $id) { ${brief} }`);
        return (sought ? namesOf(sought) : []).map((foreign) => ({
          ...read,
          name: field.name,
          text,
          foreign,
          absent: absentLike(foreign),
        }));
      }),
    ];
  });
}

/** The type of the record that an input or a condition names; null where it names reference data, which everybody reads. */
const NAMED: Readonly<Record<string, string | null>> = {
  actingFor: 'Organization',
  affectedOrganizationIds: 'Organization',
  agentId: 'Organization',
  assigneeId: 'Person',
  assignmentGroupId: null,
  categoryId: null,
  courseId: null,
  incidentId: 'Incident',
  itemId: null,
  lessonId: null,
  optionIds: null,
  organizationId: 'Organization',
  ownerId: 'Person',
  problemId: 'Problem',
  questionId: null,
  recordId: 'Incident',
  serviceId: null,
  serviceIds: null,
  taskId: null,
  templateId: null,
};

function namedBy(field: Field, input: GraphQLInputField, record: string): string | null {
  if (getNamedType(input.type).name !== 'ID') return null;
  if (['id', 'ids', 'duplicateOf'].includes(input.name)) return record;
  const names = NAMED[input.name];
  if (names === undefined)
    throw new Error(`What does ${input.name} of ${field.name} name? The table NAMED must say it.`);
  return names;
}

/** Every condition of every list that names a record, or searches texts. */
export function filterPairs(book: Book, who: Standing): Pair[] {
  return rootFields('Query').flatMap((field) => {
    const rows = rowsOf(getNamedType(field.type));
    if (!rows) return [];
    const type = field.args.find(({ name }) => name === 'filter')?.type;
    const list = `${field.name}(first: 2, filter: $filter) { __typename totalCount nodes { ${briefRecord(rows)} } }`;
    const text = operation(`query($filter: ${type})`, list);
    return inputFields(field, 'filter').flatMap((condition) => {
      const names = namedBy(field, condition, rows.name);
      const foreign = (names ? book.of(names, who, false) : []).slice(0, 1).map(({ id }) => id);
      const sought = condition.name === 'text' ? textsOf(book, { rows: rows.name, who }) : [];
      return [...foreign, ...sought].map((name) => ({
        kind: 'filter' as const,
        name: `${field.name} by ${condition.name}`,
        text,
        variables: (named: string) => ({ filter: { [condition.name]: isList(condition) ? [named] : named } }),
        foreign: name,
        absent: sought.includes(name) ? ABSENT_TEXT : absentLike(name),
      }));
    });
  });
}

const ABSENT_TEXT = 'Nowhere does this stand';

/** What a search must not find: the words of a foreign record, and of a note that is internal. */
function textsOf(book: Book, { rows, who }: { rows: string; who: Standing }): string[] {
  const texts = [rows, `${rows}InternalNote`].map((type) => {
    const fields = book.of(type, who, false)[0]?.fields ?? {};
    return fields['title'] ?? fields['name'] ?? fields['text'];
  });
  return texts.filter((text) => typeof text === 'string');
}

/** Every mutation that names a record, by each input that does. What else it names is a record that the caller may read. */
export function mutationPairs(book: Book, who: Standing): Pair[] {
  return rootFields('Mutation').flatMap((field) => {
    const inputs = inputFields(field, 'input');
    const record = SUBJECTS[field.name] ?? recordOf(field);
    const namesIn = new Map(inputs.map((input) => [input.name, namedBy(field, input, record)]));
    const given = someInput(inputs);
    for (const [name, type] of namesIn) {
      const own = type && name in given ? book.of(type, who, true)[0] : undefined;
      if (!own) continue;
      given[name] = own.id;
      if (name === 'id' && 'expectedVersion' in given) given['expectedVersion'] = own.fields['version'];
    }
    const text = `mutation($input: ${field.args[0]?.type}) { ${field.name}(input: $input) { __typename } }`;
    return inputs.flatMap((input) => {
      const type = namesIn.get(input.name);
      const foreign = type && book.of(type, who, false)[0]?.id;
      if (!foreign) return [];
      const variables = (named: string) => ({ input: { ...given, [input.name]: isList(input) ? [named] : named } });
      const name = `${field.name} by ${input.name}`;
      return [{ kind: 'mutation' as const, name, text, variables, foreign, absent: absentLike(foreign) }];
    });
  });
}

/** Mutations whose `id` is not that of their payload's last record. */
const SUBJECTS: Readonly<Record<string, string>> = { startAttempt: 'Enrolment' };

/** The type of the record that a mutation works on: the last one of its payload. */
function recordOf(field: Field): string {
  const payload = objectType(getNamedType(field.type).name);
  const records = fieldsOf(payload)
    .map(({ type }) => getNamedType(type))
    .filter(isObjectType)
    .filter(isRecord);
  const last = records.at(-1);
  return last?.name ?? 'Notification';
}

/** An input of the right form: what must be given. */
function someInput(inputs: readonly GraphQLInputField[]): Record<string, unknown> {
  return Object.fromEntries(inputs.filter(isRequiredInputField).map(({ name, type }) => [name, someValue(name, type)]));
}

const SCALARS: Readonly<Record<string, unknown>> = {
  ID: 'VEE',
  String: 'One line.',
  Int: 1,
  Float: 1,
  Boolean: true,
  DateTime: '2030-01-01T00:00:00.000Z',
  Duration: 'PT1H',
  EmailAddress: 'somebody@maplebend.example',
};

function someValue(name: string, given: GraphQLInputType): unknown {
  const type = getNullableType(given);
  if (isListType(type)) return [someValue(name, type.ofType)];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (!isInputObjectType(type)) return SCALARS[type.toString()];
  if (type.isOneOf) return { instant: SCALARS['DateTime'] };
  return someInput(Object.values(type.getFields()));
}

/** A name of the same form that names nothing. */
function absentLike(name: string): string {
  return name.includes('_')
    ? `${name.slice(0, -10)}0000000000`
    : name.replace(/\d+$/, (digits) => '9'.repeat(digits.length));
}

/** An answer without what differs by nature: the number of the request, its cost, and the name that was asked for. */
function alike({ data, errors }: ApiAnswer, named: string): string {
  const text = JSON.stringify({ data, errors }, (key, value: unknown) => (key === 'requestId' ? undefined : value));
  return text.replaceAll(named, 'NAME');
}

function isList({ type }: GraphQLInputField): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type);
}

/** Every root field alone, with arguments of the right form: what nobody may ask without a sign-in. */
export function rootProbes(): { text: string; variables: Record<string, unknown> }[] {
  const queries = rootFields('Query').map((field) => {
    const required = field.args.filter(({ type }) => isNonNullType(type));
    const given = required.map(
      ({ name, type }) => `${name}: ${isListType(getNullableType(type)) ? '["VEE"]' : '"VEE"'}`,
    );
    return {
      text: `query { ${field.name}${given.length ? `(${given.join(', ')})` : ''} { __typename } }`,
      variables: {},
    };
  });
  const mutations = rootFields('Mutation').map((field) => ({
    text: `mutation($input: ${field.args[0]?.type}) { ${field.name}(input: $input) { __typename } }`,
    variables: { input: someInput(inputFields(field, 'input')) },
  }));
  return [...queries, ...mutations];
}
