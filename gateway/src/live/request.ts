import { badInput } from '@desk/kit/api/errors';
import { canonicalJson } from '@desk/kit/process/ids';
import { getArgumentValues, getVariableValues, Kind, visit } from 'graphql';
import type { AdmitOperation, Asking } from '../supergraph/known-documents.ts';
import { isSkipped } from '../supergraph/input-problems.ts';
import type { Runtime } from '../supergraph/runtime.ts';
import type { SubscriptionPlan } from '../supergraph/subscription-plan.ts';
import { checkFilter, type LiveFilter } from './fields.ts';
import type { Delivery } from './subscriber.ts';

/** What a client sends to subscribe. */
export interface SubscribePayload {
  query: string;
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | null | undefined;
}

/** A subscription that is within the limits, valid and planned. */
export interface LiveRequest {
  plan: SubscriptionPlan;
  /** Coerced. The variable that only says where to resume is emptied, so that it keeps no subscribers apart. */
  variables: Record<string, unknown>;
  filter: LiveFilter;
  /** As the client gave it: an opaque text, or anything else. */
  after: unknown;
  delivery: Delivery;
  /** Equal for requests that have the same answers within one scope. */
  key: string;
}

/**
 * Reads a client's request to subscribe, under the same limits as HTTP and from the same known documents. Throws refusals and GraphQL's
 * own errors.
 */
export function readRequest(
  { runtime, admit }: { runtime: Runtime; admit: AdmitOperation },
  { query, operationName, variables }: SubscribePayload,
  asking: Omit<Asking, 'over'>,
): LiveRequest {
  const asked = { query, operationName: operationName || null, variables: variables ?? {} };
  const { document } = admit(asked, { ...asking, over: 'LIVE' });
  return readArguments(runtime, runtime.plan(document, asked.operationName), asked.variables);
}

function readArguments(runtime: Runtime, plan: SubscriptionPlan, given: Record<string, unknown>): LiveRequest {
  const definition = runtime.apiSchema.getSubscriptionType()?.getFields()[plan.rootField.name.value];
  const { coerced } = getVariableValues(runtime.apiSchema, plan.operation.variableDefinitions ?? [], given);
  if (!definition || !coerced) throw new Error('an admitted subscription does not fit the schema');
  if (isSkipped(plan.conditions, coerced))
    throw badInput([{ path: 'query', code: 'NOT_ALLOWED', message: 'must not skip the live field.' }]);
  const args = getArgumentValues(definition, plan.rootField, coerced);
  const filter = (args['filter'] ?? {}) as LiveFilter;
  checkFilter(filter, runtime.directives.nodes);
  const variables = { ...coerced };
  const resumeVariable = findResumeVariable(plan);
  // Emptied and not left out: a client may have declared it as always given.
  if (resumeVariable !== null) variables[resumeVariable] = '';
  return {
    plan,
    variables,
    filter,
    after: args['after'] ?? null,
    delivery: args['delivery'] === 'ALL' ? 'ALL' : 'COALESCE',
    key: canonicalJson([plan.normalised, plan.operationName, variables]),
  };
}

/** The variable that says where to resume, where the document uses it for nothing else. */
function findResumeVariable({ document, rootField, operation }: SubscriptionPlan): string | null {
  const value = rootField.arguments?.find(({ name }) => name.value === 'after')?.value;
  if (value?.kind !== Kind.VARIABLE) return null;
  let uses = 0;
  const name = value.name.value;
  visit(document, { Variable: (node) => void (node.name.value === name && (uses += 1)) });
  const definitions = operation.variableDefinitions?.filter(({ variable }) => variable.name.value === name).length ?? 0;
  return uses - definitions === 1 ? name : null;
}
