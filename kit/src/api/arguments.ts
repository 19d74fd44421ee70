import {
  defaultFieldResolver,
  GraphQLString,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';
import { characterProblem } from './characters.ts';
import { Refusal, badInput, type ErrorCode, type FieldProblem, type Problem } from './errors.ts';

/**
 * What a scalar makes of a value that it cannot read. Were it to throw, GraphQL would refuse the whole document, without a code of the
 * register, and differently for literals and variables.
 */
export class Unreadable {
  readonly problem: Problem;
  /** The code of the refusal, where a caller must tell it from other wrong input. */
  readonly refusal: ErrorCode;

  constructor(problem: Problem, refusal: ErrorCode = 'BAD_USER_INPUT') {
    this.problem = problem;
    this.refusal = refusal;
  }
}

/**
 * Lets each field of a schema refuse arguments that hold an `Unreadable`, a text with a character that none may hold, or other than exactly one field of an input type in `oneOf`:
 * BAD_USER_INPUT with the path of each, inline and as a variable alike. The other fields of the request are answered.
 */
export function checkArguments(schema: GraphQLSchema, oneOf: ReadonlySet<string>): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const checked = field.args.filter((argument) => mayBeWrong(argument.type, oneOf));
      if (!checked.length) continue;
      const { resolve = defaultFieldResolver } = field;
      field.resolve = (...call) => {
        refuseWrong(checked, call[1] as Record<string, unknown>, oneOf);
        return resolve(...call);
      };
    }
  }
}

interface Found extends FieldProblem {
  refusal: ErrorCode;
}

function refuseWrong(checked: readonly GraphQLArgument[], args: Record<string, unknown>, oneOf: ReadonlySet<string>) {
  const found = checked.flatMap(({ name, type }) => problemsOf(args[name], { type, path: name, oneOf }));
  const special = found.find(({ refusal }) => refusal !== 'BAD_USER_INPUT');
  if (!found.length) return;
  const problems = found.map(({ refusal: _refusal, ...problem }) => problem);
  const refusal = badInput(problems);
  throw special ? new Refusal(special.refusal, refusal.message, { fields: refusal.extensions['fields'] }) : refusal;
}

/** What is wrong with a value of an argument, as GraphQL has read it by its type. */
function problemsOf(
  value: unknown,
  { type, path, oneOf }: { type: GraphQLInputType; path: string; oneOf: ReadonlySet<string> },
): Found[] {
  if (value === null || value === undefined) return [];
  if (value instanceof Unreadable) return [{ path, ...value.problem, refusal: value.refusal }];
  const nullable = getNullableType(type);
  if (isListType(nullable)) {
    const items = value as unknown[];
    return items.flatMap((item, index) => problemsOf(item, { type: nullable.ofType, path: `${path}.${index}`, oneOf }));
  }
  if (nullable === GraphQLString) {
    const problem = characterProblem(value as string);
    return problem ? [{ path, ...problem, refusal: 'BAD_USER_INPUT' }] : [];
  }
  if (!isInputObjectType(nullable)) return [];
  const members = value as Record<string, unknown>;
  const fields = Object.values(nullable.getFields());
  const inside = fields.flatMap((field) =>
    problemsOf(members[field.name], { type: field.type, path: `${path}.${field.name}`, oneOf }),
  );
  if (!oneOf.has(nullable.name) || isExactlyOne(Object.values(members))) return inside;
  const of = fields.map(({ name }) => name);
  const message = `exactly one of ${of.join(' and ')} must be given.`;
  return [{ path, code: 'EXACTLY_ONE', args: { of }, message, refusal: 'BAD_USER_INPUT' }, ...inside];
}

/** As the specification has it: one member, and that is not null. */
function isExactlyOne(values: readonly unknown[]): boolean {
  const given = values.filter((value) => value !== undefined);
  return given.length === 1 && given[0] !== null;
}

/** True for a type that holds a text, a scalar of ours, or an input type of which exactly one field must be given. */
function mayBeWrong(type: GraphQLInputType, oneOf: ReadonlySet<string>, seen = new Set<string>()): boolean {
  const named = getNamedType(type);
  if (isScalarType(named)) return named === GraphQLString || !isSpecifiedScalarType(named);
  if (!isInputObjectType(named) || seen.has(named.name)) return false;
  seen.add(named.name);
  return oneOf.has(named.name) || Object.values(named.getFields()).some((field) => mayBeWrong(field.type, oneOf, seen));
}
