import { valueFromASTUntyped } from 'graphql';
import type { FieldProblem } from '@desk/kit/api/errors';
import { badInput } from '@desk/kit/api/errors';
import { pathOf } from './count.ts';
import { COSTS, pageRows, searches, sizedRows, type FieldCost } from './field-cost.ts';
import type { Level, Part } from './read-document.ts';
import { product, sum } from './saturating.ts';

/** What the cost of an operation is counted over: its levels and those of the fragments that it reaches. */
export interface CostPlan {
  operation: Part;
  fragments: ReadonlyMap<string, Part>;
  /** Each level behind all that it needs. */
  levels: readonly Level[];
  /** A place where each fragment is spread, which leads back to the operation. */
  usedAt: ReadonlyMap<string, Level>;
}

/** Plans how the cost of an operation is counted. `order` holds the fragments that end, each behind those that it spreads. */
export function planCost(operation: Part, fragments: ReadonlyMap<string, Part>, order: readonly Part[]): CostPlan {
  const usedAt = new Map<string, Level>();
  const reached = [operation];
  for (const { levels } of reached) {
    for (const level of levels) {
      for (const name of level.spreads) {
        const fragment = fragments.get(name);
        if (!fragment || usedAt.has(name)) continue;
        usedAt.set(name, level);
        reached.push(fragment);
      }
    }
  }
  const needed = new Set(reached);
  const parts = [...order.filter((fragment) => needed.has(fragment)), operation];
  return { operation, fragments, levels: parts.flatMap(({ levels }) => levels.toReversed()), usedAt };
}

const PROBLEMS_MAX = 10;

/**
 * Counts the points and the rows of an operation, `ENDLESS` at most; a field under `@skip` or `@include` counts in full. Refuses with
 * BAD_USER_INPUT the fields that need a page and ask for none, or for one larger than `pageMax`.
 */
export function operationCost(
  { operation, fragments, levels, usedAt }: CostPlan,
  { variables, pageMax }: { variables: Record<string, unknown>; pageMax: number },
): { cost: number; nodes: number } {
  const given = givenVariables(operation, variables);
  const totals = new Map<Level, Total>();
  const totalOf = (level: Level): Total => {
    const known = totals.get(level);
    if (known) return known;
    const fresh = { once: level.once, each: level.each, nodesOnce: 0, nodesEach: 0 };
    totals.set(level, fresh);
    return fresh;
  };
  const problems: FieldProblem[] = [];
  for (const level of levels) {
    const total = totalOf(level);
    for (const name of level.spreads) {
      const top = fragments.get(name)?.levels[0];
      if (top) addTotal(total, totalOf(top));
    }
    if (!level.parent) continue;
    const { page, size, filter } = level.cost;
    const rows = page ? pageRows(page, given) : size === null ? null : sizedRows(size, given);
    const isPage = rows !== null && Number.isInteger(rows) && rows >= 1 && rows <= pageMax;
    if (page && !isPage && problems.length < PROBLEMS_MAX) problems.push(noPage(pathOf(level, null, usedAt), pageMax));
    addField(totalOf(level.parent), { cost: level.cost, total, rows, searching: searches(filter, given) });
  }
  if (problems.length > 0) throw badInput(problems);
  const top = operation.levels[0];
  const { once, each, nodesOnce, nodesEach } = top ? totalOf(top) : { once: 0, each: 0, nodesOnce: 0, nodesEach: 0 };
  return { cost: sum(once, each), nodes: sum(nodesOnce, nodesEach) };
}

function noPage(path: string, max: number): FieldProblem {
  return {
    path,
    code: 'OUT_OF_RANGE',
    args: { min: 1, max },
    message: `must ask for a page: first or last, 1 to ${max}.`,
  };
}

/** The request's variables with the operation's defaults, as the literals will read them. */
function givenVariables({ node }: Part, variables: Record<string, unknown>): Record<string, unknown> {
  const given: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const { variable, defaultValue } of node.variableDefinitions ?? []) {
    const name = variable.name.value;
    const sent = Object.hasOwn(variables, name) ? variables[name] : undefined;
    given[name] = sent === undefined && defaultValue ? valueFromASTUntyped(defaultValue) : sent;
  }
  return given;
}

/** Points and rows below a level: counted once, and counted for each row where the level is a page. */
interface Total {
  once: number;
  each: number;
  nodesOnce: number;
  nodesEach: number;
}

function addTotal(onto: Total, { once, each, nodesOnce, nodesEach }: Total): void {
  onto.once = sum(onto.once, once);
  onto.each = sum(onto.each, each);
  onto.nodesOnce = sum(onto.nodesOnce, nodesOnce);
  onto.nodesEach = sum(onto.nodesEach, nodesEach);
}

function addField(
  onto: Total,
  field: { cost: FieldCost; total: Total; rows: number | null; searching: boolean },
): void {
  const { cost: own, total, rows } = field;
  // The rows of a page stand in its list fields, or are the field itself, or else everything below counts as a row. A list with a size
  // has rows of its own, so that it counts once for the level it stands in.
  const apart = rows !== null && own.rowsBelow;
  const times = rows ?? 1;
  const onceTimes = apart ? 1 : times;
  const ownTimes = own.listed ? times : 1;
  const below = sum(product(total.once, onceTimes), product(total.each, times));
  const cost = sum(sum(product(own.weight, ownTimes), below), field.searching ? COSTS.textSearch : 0);
  const nodesBelow = sum(product(total.nodesOnce, onceTimes), product(total.nodesEach, times));
  const nodes = sum(rows ?? 0, nodesBelow);
  addTotal(
    onto,
    own.listed && own.size === null
      ? { once: 0, each: cost, nodesOnce: 0, nodesEach: nodes }
      : { once: cost, each: 0, nodesOnce: nodes, nodesEach: 0 },
  );
}
