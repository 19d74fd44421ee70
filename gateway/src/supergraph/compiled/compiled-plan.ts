import { computeResponse } from '@apollo/gateway/dist/resultShaping.js';
import type { Operation } from '@apollo/federation-internals';
import type { QueryPlan } from '@apollo/query-planner';
import { GraphQLError, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import { compileShape, completeData, type Completed } from './result-shape.ts';
import { compileStep, type Found, type Path, type PlanRequest, type PlanState } from './steps.ts';

/*
 * The executor of the gateway library's plans. The steps (`steps.ts`) and the shape of the answer (`result-shape.ts`) are worked out once
 * for an operation, and errors keep the place at which the caller finds the null. docs/decisions/0014 tells why, and what it is worth.
 */

/** A plan, and what the gateway library knows of its operation. */
export interface PlannedOperation {
  queryPlan: QueryPlan;
  /** The API as clients read it. */
  schema: GraphQLSchema;
  supergraphSchema: GraphQLSchema;
  operation: OperationDefinitionNode;
  fragments: Parameters<typeof compileShape>[0]['fragments'];
  /** The same operation as the planner knows it. */
  planned: Operation;
}

/** An answer to an operation. */
export interface PlanAnswer {
  data?: Record<string, unknown> | null;
  errors?: readonly GraphQLError[];
}

/** A plan that is ready to run. */
export interface CompiledPlan {
  /** False where the library shapes the answers: slower, and for every kind of operation. */
  shaped: boolean;
  /** Rejects only where a subgraph answers with a value of another kind than its schema says. */
  run(request: PlanRequest): Promise<PlanAnswer>;
}

/**
 * Compiles a plan. The library shapes the answers to what is rare (conditions, abstract types, names such as `toString`), and all of them
 * where `shapes` is false.
 */
export function compilePlan(operation: PlannedOperation, { shapes = true } = {}): CompiledPlan {
  const { queryPlan, supergraphSchema, planned } = operation;
  const { node } = queryPlan;
  if (node?.kind === 'Subscription') throw new Error('a subscription is planned as the steps behind its event');
  const step = node && compileStep(node, { supergraphSchema, variableDefinitions: planned.variableDefinitions });
  const shape = shapes ? shapeOf(operation) : null;
  return {
    shaped: shape !== null,
    async run(request) {
      const state: PlanState = { ...request, data: {}, errors: [], absent: [] };
      await step?.(state);
      const { data, faults } = shape
        ? completeData(shape, state.data)
        : completeByLibrary(planned, state.data, request.variables);
      const risen = faults.flatMap((fault) => withoutAbsent(fault, state.absent, data));
      const errors = risen.length > 0 ? withUnexplained(state.errors, risen) : state.errors;
      return errors.length > 0 ? { errors, data } : { data };
    },
  };
}

function shapeOf({ schema, operation, fragments }: PlannedOperation) {
  const parent = schema.getRootType(operation.operation);
  return parent ? compileShape({ schema, fragments, parent, selections: operation.selectionSet }) : null;
}

function completeByLibrary(operation: Operation, input: Found, variables: Record<string, unknown>): Completed {
  const { data, errors } = computeResponse({
    operation,
    variables,
    input,
    introspectionHandling: () => {
      throw new Error('a plan holds introspection');
    },
  });
  return { data: data ?? null, faults: errors };
}

/**
 * A record that its service does not find, or that the viewer may not see, is null without an error where the field that refers to it may
 * be null. Where it may not, the error is at that field.
 */
function withoutAbsent(fault: GraphQLError, absent: readonly Path[], data: unknown): GraphQLError[] {
  const place = absent.find((each) => each.every((part, index) => part === fault.path?.[index]));
  if (!place) return [fault];
  return mayBeNull(place, data) ? [] : [new GraphQLError(fault.message, { path: place })];
}

/** True where the null at a place went no higher. */
function mayBeNull(place: Path, data: unknown): boolean {
  let around = data;
  for (const part of place.slice(0, -1)) around = (around as Record<string | number, unknown> | null)?.[part] ?? null;
  return around !== null;
}

/** Faults that an answer tells one by one; the root field of the next stands for the rest. */
const FAULTS_MAX = 100;

/** All errors of an answer: those of the subgraphs, and one for each null that none of them explains. */
function withUnexplained(errors: readonly GraphQLError[], faults: readonly GraphQLError[]): GraphQLError[] {
  const unexplained = faults.filter((fault) => !errors.some((error) => concerns(error.path ?? [], fault.path ?? [])));
  const told = unexplained.slice(0, FAULTS_MAX);
  const rest = unexplained[FAULTS_MAX];
  return [
    ...errors,
    ...told,
    ...(rest ? [new GraphQLError(rest.message, { path: rest.path?.slice(0, 1) ?? [] })] : []),
  ];
}

/** True where one path leads through the other. */
function concerns(one: Path, other: Path): boolean {
  const length = Math.min(one.length, other.length);
  return one.slice(0, length).every((part, index) => part === other[index]);
}
