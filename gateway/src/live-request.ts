import { badInput } from '@desk/kit/errors';
import { canonicalJson } from '@desk/kit/ids';
import { getArgumentValues, getVariableValues, Kind, visit } from 'graphql';
import type { AdmitOperation, Asking } from './known-documents.ts';
import type { Delivery } from './live-subscriber.ts';
import type { Runtime } from './runtime.ts';
import type { SubscriptionPlan } from './subscription-plan.ts';

/** What a client sends to subscribe. */
export interface SubscribePayload {
  query: string;
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | null | undefined;
}

/** A subscription that is within the limits, valid and planned. */
export interface LiveRequest {
  plan: SubscriptionPlan;
  /** Coerced; the one that only says where to resume is emptied, so that it keeps nobody apart. */
  variables: Record<string, unknown>;
  filter: Record<string, unknown>;
  after: string | null;
  delivery: Delivery;
  /** Equal for requests that are answered alike within one scope. */
  key: string;
}

/**
 * Reads what a client sends to subscribe, under the same limits as HTTP and from the same known documents. Throws refusals
 * and GraphQL's own errors.
 */
export function liveRequest(
  { runtime, admit }: { runtime: Runtime; admit: AdmitOperation },
  { query, operationName, variables }: SubscribePayload,
  asking: Omit<Asking, 'over'>,
): LiveRequest {
  const asked = { query, operationName: operationName || null, variables: variables ?? {} };
  const { document } = admit(asked, { ...asking, over: 'LIVE' });
  return readRequest(runtime, runtime.plan(document, asked.operationName), asked.variables);
}

function readRequest(runtime: Runtime, plan: SubscriptionPlan, given: Record<string, unknown>): LiveRequest {
  const definition = runtime.apiSchema.getSubscriptionType()?.getFields()[plan.rootField.name.value];
  const { coerced, errors } = getVariableValues(runtime.apiSchema, plan.operation.variableDefinitions ?? [], given);
  if (errors) throw badInput(errors.map(({ message }) => ({ path: 'variables', message })));
  if (!definition) throw new Error('a planned field is not in the schema');
  const args = getArgumentValues(definition, plan.rootField, coerced);
  const variables = { ...coerced };
  const resumeVariable = findResumeVariable(plan);
  // Emptied and not left out: a client may have declared it as always given.
  if (resumeVariable !== null) variables[resumeVariable] = '';
  return {
    plan,
    variables,
    filter: (args['filter'] ?? {}) as Record<string, unknown>,
    after: (args['after'] ?? null) as string | null,
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
