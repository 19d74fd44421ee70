import { valueFromASTUntyped } from 'graphql';
import type { FieldProblem } from '@desk/kit/errors';
import { badInput } from '@desk/kit/errors';
import { by, plus } from './bounded-count.ts';
import { pathOf } from './document-size.ts';
import type { Block, Level, Program } from './document-survey.ts';
import type { FieldPrice } from './field-price.ts';
import { COSTS, rowsAsked, searches } from './field-price.ts';

/** What an operation within the limits asks for: points of cost, and rows of all its pages and unpaged lists. */
export interface OperationCost {
  cost: number;
  nodes: number;
}

/** The fragments of a document. */
export interface Fragments {
  readonly fragments: ReadonlyMap<string, Block>;
  /** The fragments that end, each behind those it spreads. */
  readonly order: readonly Block[];
}

/** One operation with its variables. */
export interface PricedRequest {
  prepared: Fragments;
  operation: Block;
  variables: Record<string, unknown>;
  /** Largest `first` or `last`. */
  pageMax: number;
}

/**
 * Prices an operation: points and rows, `ENDLESS` at most. `@skip` and `@include` are not looked at: what could be asked for is
 * priced. Refuses with BAD_USER_INPUT the fields that are to be paged and are not, or by more than `pageMax`.
 */
export function selectionCost({ prepared, operation, variables, pageMax }: PricedRequest): OperationCost {
  const program = (operation.program ??= programOf(operation, prepared));
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
  for (const level of program.levels) {
    const total = totalOf(level);
    for (const name of level.spreads) {
      const top = prepared.fragments.get(name)?.levels[0];
      if (top) addTotal(total, totalOf(top));
    }
    if (!level.parent) continue;
    const { page, size } = level.price;
    const rows = page ? rowsAsked(page, given) : size;
    const asksForPage = rows !== null && Number.isInteger(rows) && rows >= 1 && rows <= pageMax;
    if (page && !asksForPage && problems.length < PROBLEMS_MAX) {
      const message = `Ask for a page: first or last, 1 to ${pageMax}.`;
      problems.push({ path: pathOf(level, null, program.usedAt), message });
    }
    addField(totalOf(level.parent), {
      price: level.price,
      total,
      rows,
      searching: searches(level.price.filter, given),
    });
  }
  if (problems.length > 0) throw badInput(problems);
  const top = operation.levels[0];
  const { once, each, nodesOnce, nodesEach } = top ? totalOf(top) : { once: 0, each: 0, nodesOnce: 0, nodesEach: 0 };
  return { cost: plus(once, each), nodes: plus(nodesOnce, nodesEach) };
}

const PROBLEMS_MAX = 10;

function programOf(operation: Block, { fragments, order }: Fragments): Program {
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
  const blocks = [...order.filter((fragment) => needed.has(fragment)), operation];
  return { levels: blocks.flatMap(({ levels }) => levels.toReversed()), usedAt };
}

/** The request's variables with the operation's defaults, as the literals will read them. */
function givenVariables({ node }: Block, variables: Record<string, unknown>): Record<string, unknown> {
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
  onto.once = plus(onto.once, once);
  onto.each = plus(onto.each, each);
  onto.nodesOnce = plus(onto.nodesOnce, nodesOnce);
  onto.nodesEach = plus(onto.nodesEach, nodesEach);
}

function addField(
  onto: Total,
  field: { price: FieldPrice; total: Total; rows: number | null; searching: boolean },
): void {
  const { price: own, total, rows } = field;
  // The rows of a page stand in its list fields, or are the field itself, or else everything below counts as a row. A list with a size
  // has rows of its own, so that it counts once for what it stands in.
  const apart = rows !== null && own.rowsBelow;
  const times = rows ?? 1;
  const onceTimes = apart ? 1 : times;
  const ownTimes = own.listed ? times : 1;
  const below = plus(by(total.once, onceTimes), by(total.each, times));
  const cost = plus(plus(by(own.weight, ownTimes), below), field.searching ? COSTS.textSearch : 0);
  const nodesBelow = plus(by(total.nodesOnce, onceTimes), by(total.nodesEach, times));
  const nodes = plus(rows ?? 0, nodesBelow);
  addTotal(
    onto,
    own.listed && own.size === null
      ? { once: 0, each: cost, nodesOnce: 0, nodesEach: nodes }
      : { once: cost, each: 0, nodesOnce: nodes, nodesEach: 0 },
  );
}
