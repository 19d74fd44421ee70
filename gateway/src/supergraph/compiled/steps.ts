import type { GraphQLDataSource, ServiceMap } from '@apollo/gateway';
import { applyRewrites, isObjectOfType } from '@apollo/gateway/dist/dataRewrites.js';
import type { VariableDefinitions } from '@apollo/federation-internals';
import { evaluateCondition, type FetchNode, type PlanNode, type QueryPlanSelectionNode } from '@apollo/query-planner';
import {
  GraphQLError,
  isObjectType,
  Kind,
  parse,
  type GraphQLFormattedError,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { GatewayContext } from '../gateway-context.ts';

/** One request for a planned operation. Its variables fit their types. */
export interface PlanRequest {
  services: ServiceMap;
  variables: Record<string, unknown>;
  context: GatewayContext;
}

/** What the subgraphs have answered to a request so far. */
export interface PlanState extends PlanRequest {
  data: Found;
  /** Each with the path in the caller's answer. */
  errors: GraphQLError[];
  /** The places of records that their services answered with null. */
  absent: Path[];
}

/** A step of a plan: reads the answers of earlier steps, asks a subgraph, and adds its answer. Never rejects. */
export type Step = (state: PlanState) => Promise<void>;

/** What the steps of a plan are compiled for. */
export interface StepSource {
  supergraphSchema: GraphQLSchema;
  variableDefinitions: VariableDefinitions;
}

/** An object of the subgraphs' answers. */
export type Found = Record<string, unknown>;

/** A place in an answer. */
export type Path = readonly (string | number)[];

const LIST = '@';
const TYPENAME = '__typename';
/** Places that one failed request is told for; the others of a list are told once, at the list. */
const PLACES_MAX = 100;

/** Works out once what a step of a plan reads and sends. */
export function compileStep(node: PlanNode, source: StepSource, path: readonly string[] = []): Step {
  switch (node.kind) {
    case 'Sequence':
      return inSequence(node.nodes.map((child) => compileStep(child, source, path)));
    case 'Parallel':
      return inParallel(node.nodes.map((child) => compileStep(child, source, path)));
    case 'Flatten':
      return compileStep(node.node, source, [...path, ...node.path.map(String)]);
    case 'Fetch':
      return compileFetch(node, source, path);
    case 'Condition': {
      const [met, unmet] = [node.ifClause, node.elseClause].map((child) => child && compileStep(child, source, path));
      return async (state) =>
        (evaluateCondition(node, source.variableDefinitions, state.variables) ? met : unmet)?.(state);
    }
    case 'Defer':
      throw new Error('a plan defers a part of its answer');
  }
}

function inSequence(steps: readonly Step[]): Step {
  return async (state) => {
    for (const step of steps) await step(state);
  };
}

function inParallel(steps: readonly Step[]): Step {
  return async (state) => {
    await Promise.all(steps.map((step) => step(state)));
  };
}

function compileFetch(node: FetchNode, source: StepSource, path: readonly string[]): Step {
  if (node.requires) {
    return fetchEntities(node, {
      ...source,
      path,
      referenceOf: compileReferences(node.requires, source.supergraphSchema),
    });
  }
  if (path.length > 0) throw new Error('a plan asks for fields of a root below the root');
  return fetchRoot(node, source);
}

/** Asks for fields at the root. */
function fetchRoot(node: FetchNode, { supergraphSchema }: StepSource): Step {
  const keys = rootKeys(node.operation);
  return async (state) => {
    const { data, errors } = await ask(node, state, { path: [], variables: usedVariables(node, state) });
    if (data) {
      applyRewrites(supergraphSchema, node.outputRewrites, data);
      merge(state.data, data);
    }
    for (const error of errors ?? []) {
      // What failed as a whole failed for each field that was asked for.
      const paths = error.path?.length ? [error.path] : keys.map((key) => [key]);
      for (const path of paths) state.errors.push(planError(error, node, path));
    }
  };
}

/** Asks for more fields of the objects at the path, by references to them. */
function fetchEntities(
  node: FetchNode,
  {
    path,
    referenceOf,
    supergraphSchema,
  }: StepSource & { path: readonly string[]; referenceOf: (found: Found) => Found | null },
): Step {
  return async (state) => {
    const representations: Found[] = [];
    const targets: Found[] = [];
    collect(state.data, path, (target) => {
      const representation = referenceOf(target);
      if (!representation) return;
      if (node.inputRewrites) applyRewrites(supergraphSchema, node.inputRewrites, representation);
      representations.push(representation);
      targets.push(target);
    });
    if (representations.length === 0) return;
    const variables = { ...usedVariables(node, state), representations };
    const { data, errors } = await ask(node, state, { path, variables });
    if (errors) {
      const places = placesOf(state.data, path, targets);
      for (const error of errors) {
        for (const place of entityPaths(error.path, places, path)) state.errors.push(planError(error, node, place));
      }
    }
    const entities = data?.['_entities'];
    if (!Array.isArray(entities)) return;
    const failed = new Set(errors?.map(({ path: place }) => place?.[1] ?? 'ALL'));
    const absent = failed.has('ALL') ? [] : targets.filter((_, n) => (entities[n] ?? null) === null && !failed.has(n));
    if (absent.length > 0) state.absent.push(...placesOf(state.data, path, absent));
    targets.forEach((target, index) => {
      const entity: unknown = entities[index];
      if (!isFound(entity)) return;
      // A rewrite asks for the type, which the subgraph was not asked for.
      entity[TYPENAME] ??= target[TYPENAME];
      applyRewrites(supergraphSchema, node.outputRewrites, entity);
      merge(target, entity);
    });
  };
}

/** Asks a subgraph. A fault becomes an error without a path. */
async function ask(
  { serviceName, operation, operationName }: FetchNode,
  { services, context }: PlanState,
  { path, variables }: { path: Path; variables: Record<string, unknown> },
): Promise<{ data?: Found | null; errors?: readonly (GraphQLFormattedError | GraphQLError)[] }> {
  try {
    const service = services[serviceName];
    if (!service) throw new Error(`no service has the name ${serviceName}`);
    return await service.process({
      // As the library names a part of a caller's operation; the enumeration is not exported.
      kind: 'incoming operation',
      request: { query: operation, variables, operationName },
      context,
      pathInIncomingRequest: [...path],
    } as unknown as Parameters<GraphQLDataSource['process']>[0]);
  } catch (error) {
    return { errors: [error instanceof GraphQLError ? error : fault(error)] };
  }
}

/** A fault of the desk: its text is for the log alone. */
function fault(error: unknown): GraphQLError {
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
}

function usedVariables({ variableUsages = [] }: FetchNode, { variables }: PlanState): Record<string, unknown> {
  const used: Record<string, unknown> = {};
  for (const name of variableUsages) {
    if (Object.hasOwn(variables, name) && variables[name] !== undefined) used[name] = variables[name];
  }
  return used;
}

/** The keys of the fields that a step asks for at the root. */
function rootKeys(operation: string): string[] {
  const [root] = parse(operation, { noLocation: true }).definitions.filter(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const open = [...(root?.selectionSet.selections ?? [])];
  const keys = new Set<string>();
  for (const selection of open) {
    if (selection.kind === Kind.FIELD) keys.add((selection.alias ?? selection.name).value);
    if (selection.kind === Kind.INLINE_FRAGMENT) open.push(...selection.selectionSet.selections);
  }
  return [...keys];
}

/** Calls back with each object at a path, in order. */
function collect(root: unknown, path: readonly string[], visit: (found: Found) => void): void {
  const walk = (value: unknown, from: number): void => {
    if (Array.isArray(value)) {
      // The list that the path names with its sign, or a list of lists that it does not.
      const next = path[from] === LIST ? from + 1 : from;
      for (const element of value) walk(element, next);
    } else if (isFound(value)) {
      const name = path[from];
      if (name === undefined) visit(value);
      else walk(value[name], from + 1);
    }
  };
  walk(root, 0);
}

/** The place of each object in the answer. Worked out only for errors. */
function placesOf(data: Found, path: readonly string[], targets: readonly Found[]): Path[] {
  const places = new Map<Found, Path>();
  const walk = (value: unknown, from: number, place: Path) => {
    if (Array.isArray(value)) {
      const next = path[from] === LIST ? from + 1 : from;
      value.forEach((element, index) => walk(element, next, [...place, index]));
    } else if (isFound(value)) {
      const name = path[from];
      if (name === undefined) places.set(value, place);
      else walk(value[name], from + 1, [...place, name]);
    }
  };
  walk(data, 0, []);
  return targets.map((target) => places.get(target) ?? []);
}

/** The places in the answer that an error about references tells of: one, or all where it tells of none. */
function entityPaths(path: Path | undefined, places: readonly Path[], planPath: readonly string[]): readonly Path[] {
  if (path?.[0] === '_entities' && typeof path[1] === 'number') {
    return [[...(places[path[1]] ?? []), ...path.slice(2)]];
  }
  if (places.length <= PLACES_MAX) return places;
  const list = planPath.indexOf(LIST);
  return [...places.slice(0, PLACES_MAX), planPath.slice(0, list < 0 ? undefined : list)];
}

/** Says how to refer to an object in another subgraph. */
function compileReferences(
  selections: readonly QueryPlanSelectionNode[],
  schema: GraphQLSchema,
): (found: Found) => Found | null {
  const plain = plainReferences(selections, schema);
  if (plain) return plain;
  return (found) => {
    const reference = selected(selections, found, schema);
    return reference?.[TYPENAME] ? reference : null;
  };
}

/** The quick way for references of plain fields of object types; null for all others. */
function plainReferences(
  selections: readonly QueryPlanSelectionNode[],
  schema: GraphQLSchema,
): ((found: Found) => Found | null) | null {
  const byType = new Map<string, string[]>();
  for (const selection of selections) {
    if (selection.kind !== 'InlineFragment' || !selection.typeCondition) return null;
    if (!isObjectType(schema.getType(selection.typeCondition))) return null;
    const names = byType.get(selection.typeCondition) ?? [];
    for (const field of selection.selections) {
      if (field.kind !== 'Field' || field.selections || field.alias) return null;
      if (!names.includes(field.name)) names.push(field.name);
    }
    byType.set(selection.typeCondition, names);
  }
  return (found) => {
    const names = byType.get(String(found[TYPENAME]));
    if (!names) return null;
    const reference: Found = {};
    for (const name of names) {
      if (found[name] === undefined) return null;
      reference[name] = found[name];
    }
    return reference;
  };
}

/** The selected part of an object; null where a field is missing. Fragments on other types, and those that miss a field, add nothing. */
function selected(selections: readonly QueryPlanSelectionNode[], found: Found, schema: GraphQLSchema): Found | null {
  const part: Found = {};
  for (const selection of selections) {
    if (selection.kind === 'InlineFragment') {
      if (!selection.typeCondition || !isObjectOfType(schema, found, selection.typeCondition)) continue;
      merge(part, selected(selection.selections, found, schema) ?? {});
      continue;
    }
    const key = selection.alias ?? selection.name;
    const value = found[key];
    if (value === undefined) return null;
    part[key] = selection.selections ? selectedBelow(selection.selections, value, schema) : value;
  }
  return part;
}

function selectedBelow(selections: readonly QueryPlanSelectionNode[], value: unknown, schema: GraphQLSchema): unknown {
  if (Array.isArray(value)) return value.map((each) => selectedBelow(selections, each, schema));
  return isFound(value) ? selected(selections, value, schema) : value;
}

/** Adds a subgraph's answer to those before. The subgraph client has removed every key that could reach a prototype. */
function merge(target: Found, source: Found): void {
  for (const key of Object.keys(source)) {
    const known = target[key];
    const added = source[key];
    if (added === undefined) continue;
    if (isFound(known) && isFound(added)) merge(known, added);
    else if (Array.isArray(known) && Array.isArray(added) && known.length === added.length) mergeLists(known, added);
    else target[key] = added;
  }
}

function mergeLists(target: unknown[], source: readonly unknown[]): void {
  source.forEach((added, index) => {
    const known = target[index];
    if (isFound(known) && isFound(added)) merge(known, added);
    else target[index] = added;
  });
}

/** An error of a subgraph at its place in the caller's answer. */
function planError(
  error: GraphQLFormattedError | GraphQLError,
  { serviceName, outputRewrites }: FetchNode,
  place: Path,
): GraphQLError {
  const path = place.map((part) => asTheCallerNamed(part, outputRewrites));
  const message = error.message || `Error while fetching subquery from service "${serviceName}"`;
  const code = { code: 'DOWNSTREAM_SERVICE_ERROR' };
  return new GraphQLError(message, {
    path,
    extensions: { ...code, ...error.extensions, serviceName },
    ...(error instanceof GraphQLError ? { originalError: error.originalError ?? error } : {}),
  });
}

/** A plan may ask for a field under another key, and gives it the caller's afterwards. */
function asTheCallerNamed(part: string | number, rewrites: FetchNode['outputRewrites'] = []): string | number {
  for (const rewrite of rewrites) {
    if (rewrite.kind === 'KeyRenamer' && rewrite.path.at(-1) === part) return rewrite.renameKeyTo;
  }
  return part;
}

function isFound(value: unknown): value is Found {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
