import {
  coerceInputValue,
  getArgumentValues,
  getDirectiveValues,
  getNullableType,
  getVariableValues,
  GraphQLError,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isInputObjectType,
  isListType,
  isNonNullType,
  isScalarType,
  Kind,
  typeFromAST,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { Unreadable } from '@desk/kit/api/arguments';
import { badInput, Refusal, type ErrorCode, type FieldProblem } from '@desk/kit/api/errors';
import { SCALARS } from '@desk/kit/api/scalars';

/**
 * Refuses a request whose variables or arguments do not fit their types: a value in the document and one in a variable alike, before any
 * part of the operation runs. BAD_USER_INPUT, or the code of the scalar's own refusal, with all problems and their paths.
 */
export type CheckInput = (variables: Record<string, unknown>) => void;

const PROBLEMS_MAX = 50;

/** Reads once which arguments of a valid operation are to be checked. */
export function inputCheck(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): CheckInput {
  const definitions = operation.variableDefinitions ?? [];
  const asked = argumentsOf(schema, document, operation);
  return (given) => {
    const { coerced } = getVariableValues(schema, definitions, given, { maxErrors: PROBLEMS_MAX });
    const problems = coerced
      ? asked.flatMap((field) => (isSkipped(field.conditions, coerced) ? [] : argumentProblems(field, coerced)))
      : variableProblems(schema, operation, given);
    if (problems.length > 0) throw refusalOf(problems.slice(0, PROBLEMS_MAX));
  };
}

/** A field with arguments, and the conditions under which it is asked for. */
interface AskedField {
  node: FieldNode;
  definition: GraphQLField<unknown, unknown>;
  conditions: readonly DirectiveNode[];
}

interface Found extends FieldProblem {
  /** The code of the refusal, where a caller must tell it from other wrong input. */
  refusal?: ErrorCode;
}

function refusalOf(found: readonly Found[]): Refusal {
  const special = found.find(({ refusal }) => refusal !== undefined)?.refusal;
  const refusal = badInput(found);
  return special ? new Refusal(special, refusal.message, { fields: refusal.extensions['fields'] }) : refusal;
}

/** The fields with arguments that an operation reaches. The limits bound how many that are. */
function argumentsOf(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): AskedField[] {
  const definitions = new Map<FieldNode, GraphQLField<unknown, unknown>>();
  const types = new TypeInfo(schema);
  const Field = (node: FieldNode) => {
    const definition = types.getFieldDef();
    if (definition && definition.args.length > 0) definitions.set(node, definition);
  };
  visit(document, visitWithTypeInfo(types, { Field }));
  const fragments = new Map(
    document.definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
  );
  const found: AskedField[] = [];
  const walk = ({ selections }: SelectionSetNode, around: readonly DirectiveNode[]) => {
    for (const selection of selections) {
      const conditions = [...around, ...(selection.directives ?? [])];
      const definition = selection.kind === Kind.FIELD ? definitions.get(selection) : undefined;
      if (selection.kind === Kind.FIELD && definition) found.push({ node: selection, definition, conditions });
      const below =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? fragments.get(selection.name.value)?.selectionSet
          : selection.selectionSet;
      if (below) walk(below, conditions);
    }
  };
  walk(operation.selectionSet, []);
  return found;
}

/** True where `@skip` or `@include` leaves a selection out. */
export function isSkipped(conditions: readonly DirectiveNode[], variables: Record<string, unknown>): boolean {
  return conditions.some((directive) => {
    const node = { directives: [directive] };
    return (
      getDirectiveValues(GraphQLSkipDirective, node, variables)?.['if'] === true ||
      getDirectiveValues(GraphQLIncludeDirective, node, variables)?.['if'] === false
    );
  });
}

function argumentProblems({ node, definition }: AskedField, variables: Record<string, unknown>): Found[] {
  let values: Record<string, unknown>;
  try {
    values = getArgumentValues(definition, node, variables);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return [nullArgument(definition, error)];
  }
  return definition.args.flatMap(({ name, type }) => valueProblems(values[name], type, name));
}

/** What validation lets pass: a nullable variable, without a value, at an argument that must have one. */
function nullArgument({ args }: GraphQLField<unknown, unknown>, { message }: GraphQLError): Found {
  const name = /^Argument "([^"]+)"/.exec(message)?.[1] ?? '';
  const type = args.find((argument) => argument.name === name)?.type;
  return required(name, String(type));
}

function required(path: string, type: string): Found {
  return { path, code: 'REQUIRED', message: `must have a value of the type ${type}.` };
}

/** What the desk's own scalars cannot read in a value that GraphQL has read by its type. */
function valueProblems(value: unknown, type: GraphQLInputType, path: string): Found[] {
  if (value === null || value === undefined) return [];
  const nullable = getNullableType(type);
  if (isListType(nullable)) {
    const items = Array.isArray(value) ? value : [value];
    return items.flatMap((item, index) => valueProblems(item, nullable.ofType, `${path}.${index}`));
  }
  if (isInputObjectType(nullable)) {
    const members = value as Record<string, unknown>;
    return Object.values(nullable.getFields()).flatMap((field) =>
      valueProblems(members[field.name], field.type, `${path}.${field.name}`),
    );
  }
  if (!isScalarType(nullable) || !Object.hasOwn(SCALARS, nullable.name)) return [];
  const read: unknown = SCALARS[nullable.name as keyof typeof SCALARS].parseValue(value);
  if (!(read instanceof Unreadable)) return [];
  const refusal = read.refusal === 'BAD_USER_INPUT' ? {} : { refusal: read.refusal };
  return [{ path, ...read.problem, ...refusal }];
}

/** What is wrong with variables that GraphQL cannot read by their types. */
function variableProblems(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  given: Record<string, unknown>,
): Found[] {
  return variableDefinitions.flatMap(({ variable, type: written, defaultValue }) => {
    const name = variable.name.value;
    const type = typeFromAST(schema, written) as GraphQLInputType;
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined) return isNonNullType(type) && !defaultValue ? [required(name, String(type))] : [];
    if (value === null) return isNonNullType(type) ? [required(name, String(type))] : [];
    const problems: Found[] = [];
    coerceInputValue(value, type, (path, _value, { message }) => {
      problems.push(misfit({ message, type, path: [name, ...path] }));
    });
    return problems;
  });
}

/** A problem that GraphQL found. Where a field is missing or unknown, its name stands in the sentence alone. */
function misfit({
  message,
  type,
  path,
}: {
  message: string;
  type: GraphQLInputType;
  path: (string | number)[];
}): Found {
  const sentence = message.replace(/ ?Did you mean [^?]*\?/g, '');
  const at = typeAt(type, path.slice(1));
  const missing = /^Field "([^"]+)" of required type "([^"]+)" was not provided\.$/.exec(sentence);
  if (missing) return required([...path, missing[1]].join('.'), missing[2] ?? '');
  const unknown = /^Field "([^"]+)" is not defined by type/.exec(sentence)?.[1];
  if (unknown !== undefined) {
    return { path: [...path, unknown].join('.'), code: 'NOT_ALLOWED', message: `must be left out: ${sentence}` };
  }
  if (at && isInputObjectType(at) && at.isOneOf && /one/i.test(sentence)) {
    const of = Object.keys(at.getFields());
    const words = `exactly one of ${of.join(' and ')} must be given.`;
    return { path: path.join('.'), code: 'EXACTLY_ONE', args: { of }, message: words };
  }
  if (/not to be null\.$/.test(sentence)) return required(path.join('.'), String(at ?? type));
  return { path: path.join('.'), code: 'WRONG_TYPE', args: { type: String(at ?? type) }, message: sentence };
}

/** The type of the value at a path in an input. */
function typeAt(type: GraphQLInputType, path: readonly (string | number)[]): GraphQLInputType | undefined {
  let at: GraphQLInputType | undefined = type;
  for (const part of path) {
    const around: GraphQLInputType = getNullableType(at);
    if (isListType(around)) at = around.ofType;
    else if (isInputObjectType(around)) at = around.getFields()[String(part)]?.type;
    if (!at) return undefined;
  }
  return at && getNullableType(at);
}
