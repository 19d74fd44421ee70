import {
  GraphQLError,
  isInterfaceType,
  isObjectType,
  visit,
  type DocumentNode,
  type GraphQLSchema,
  type NameNode,
} from 'graphql';

/*
 * A plan uses names of its own beside the caller's: the variable `representations`, keys and `__typename` in the object that holds the
 * caller's aliases, fragments and aliases that begin with an underscore or hold two. The planner therefore never sees a caller's name
 * that could be one of those: it sees `caller_` and the name, and the answer gets the caller's names back.
 */

/** A document in names that no plan uses for itself, and the way back. */
export interface OwnNames {
  document: DocumentNode;
  /** The request's variables under these names. */
  variables(given: Record<string, unknown>): Record<string, unknown>;
  /** An answer under the caller's names. */
  answer<Answer extends NamedAnswer>(answer: Answer): Answer;
}

interface NamedAnswer {
  data?: Record<string, unknown> | null;
  errors?: readonly GraphQLError[];
}

const PREFIX = 'caller_';
const OWN_VARIABLES = new Set(['representations']);
/** Names of objects' inherited members: an answer's reader could take one for a field that is missing. */
const INHERITED = new Set(Object.getOwnPropertyNames(Object.prototype));

/** The names of all fields of a supergraph: a plan may fetch any of them beside what the caller asks for. */
export function fieldNames(supergraphSchema: GraphQLSchema): ReadonlySet<string> {
  const types = Object.values(supergraphSchema.getTypeMap());
  return new Set(
    types.flatMap((type) => (isObjectType(type) || isInterfaceType(type) ? Object.keys(type.getFields()) : [])),
  );
}

/** Gives a document names that no plan uses. A document without such names stays as it is, and costs nothing more. */
export function withOwnNames(document: DocumentNode, fields: ReadonlySet<string>): OwnNames {
  const renamed = { variables: new Map<string, string>(), keys: false };
  const own = visit(document, {
    Field({ alias, name, ...field }) {
      if (!alias || alias.value === name.value || !(isReserved(alias.value) || fields.has(alias.value)))
        return undefined;
      renamed.keys = true;
      return { ...field, name, alias: prefixed(alias) };
    },
    Variable({ name, ...variable }) {
      if (!isReserved(name.value) && !OWN_VARIABLES.has(name.value)) return undefined;
      renamed.variables.set(name.value, PREFIX + name.value);
      return { ...variable, name: prefixed(name) };
    },
    FragmentDefinition: ({ name, ...fragment }) =>
      isReserved(name.value) ? { ...fragment, name: prefixed(name) } : undefined,
    FragmentSpread: ({ name, ...spread }) => (isReserved(name.value) ? { ...spread, name: prefixed(name) } : undefined),
  });
  return {
    document: own,
    variables: (given) => (renamed.variables.size > 0 ? renamedVariables(given, renamed.variables) : given),
    answer: (answer) => (renamed.keys ? withCallersKeys(answer) : answer),
  };
}

function isReserved(name: string): boolean {
  return name.startsWith('_') || name.includes('__') || name.startsWith(PREFIX) || INHERITED.has(name);
}

function prefixed(name: NameNode): NameNode {
  return { ...name, value: PREFIX + name.value };
}

function renamedVariables(given: Record<string, unknown>, names: ReadonlyMap<string, string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [names.get(name) ?? name, value]));
}

function withCallersKeys<Answer extends NamedAnswer>(answer: Answer): Answer {
  const errors = answer.errors?.map((error) => withCallersPath(error));
  const data = withCallersNames(answer.data);
  return { ...answer, ...(answer.data === undefined ? {} : { data }), ...(errors ? { errors } : {}) };
}

/** No scalar of ours is an object, so every key is one of a selection. */
function withCallersNames(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withCallersNames);
  return Object.fromEntries(Object.entries(value).map(([key, below]) => [callersName(key), withCallersNames(below)]));
}

function withCallersPath(error: GraphQLError): GraphQLError {
  const path = error.path?.map((part) => (typeof part === 'string' ? callersName(part) : part));
  if (!path) return error;
  const { message, nodes = null, source = null, positions = null, originalError, extensions } = error;
  return new GraphQLError(message, {
    nodes,
    source,
    positions,
    path,
    originalError: originalError ?? error,
    extensions,
  });
}

function callersName(key: string): string {
  return key.startsWith(PREFIX) ? key.slice(PREFIX.length) : key;
}
