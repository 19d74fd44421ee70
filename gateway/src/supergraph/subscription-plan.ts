import { buildOperationContext } from '@apollo/gateway';
import { operationFromDocument, type Schema } from '@apollo/federation-internals';
import type { QueryPlan, QueryPlanner } from '@apollo/query-planner';
import { badInput, type Refusal } from '@desk/kit/api/errors';
import {
  getNamedType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { withOwnNames, type OwnNames } from './caller-names.ts';
import { compilePlan, type CompiledPlan } from './compiled/compiled-plan.ts';
import type { LiveDirective, SupergraphDirectives } from './directives.ts';

/** All that planning needs of a supergraph. */
export interface PlanningSchema extends SupergraphDirectives {
  /** Grows with each new supergraph. */
  epoch: number;
  apiSchema: GraphQLSchema;
  /** The same schema as the planner knows it. */
  api: Schema;
  planner: QueryPlanner;
  supergraphSchema: GraphQLSchema;
  /** The names of its fields. */
  fields: ReadonlySet<string>;
}

/** A subscription that was validated and planned. It holds no caller and no variables. */
export interface SubscriptionPlan {
  /** The schema it is a plan for: `Runtime.epoch` at the time. */
  epoch: number;
  schema: GraphQLSchema;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  operationName: string | null;
  /** The root field, also behind fragments and under an alias. */
  rootField: FieldNode;
  /** The directives of the root field and of the fragments around it. */
  conditions: readonly DirectiveNode[];
  /** What `@live` says of the root field. */
  live: LiveDirective;
  /** True when its answer depends on the caller as a person. */
  personal: boolean;
  /** True when the event alone answers it, without a service. */
  local: boolean;
  /** The document in one spelling: documents that differ in spaces alone have the same. */
  normalised: string;
  queryPlan: QueryPlan;
  names: OwnNames;
  compiled: CompiledPlan;
}

/** Plans a subscription of a valid document. Refuses with BAD_USER_INPUT an operation that cannot be live. */
export function planSubscription(
  { api, apiSchema, supergraphSchema, epoch, live, personal, planner, fields }: PlanningSchema,
  document: DocumentNode,
  { operationName, normalised }: { operationName: string | null; normalised: string },
): SubscriptionPlan {
  const operation = chooseOperation(document, operationName);
  const { rootField, conditions } = findRootField(document, operation.selectionSet) ?? {};
  const directive = rootField && live.get(rootField.name.value);
  if (!rootField || !conditions || !directive) throw notAllowed('query', 'must select one live field.');
  const options = operationName === null ? {} : { operationName };
  const names = withOwnNames(document, fields);
  const planned = operationFromDocument(api, names.document, options);
  const { node } = planner.buildQueryPlan(planned);
  if (node?.kind !== 'Subscription') throw notAllowed('query', 'must not skip the live field.');
  // The two parts of a subscription's plan run as the steps of any other plan.
  const steps = node.rest ? { kind: 'Sequence' as const, nodes: [node.primary, node.rest] } : node.primary;
  const queryPlan = { kind: 'QueryPlan' as const, node: steps };
  return {
    epoch,
    schema: apiSchema,
    document,
    operation,
    operationName,
    rootField,
    conditions,
    live: directive,
    personal: selectsAny(personal, apiSchema, document),
    local: !node.rest,
    normalised,
    queryPlan,
    names,
    compiled: compilePlan({
      queryPlan,
      supergraphSchema,
      planned,
      ...buildOperationContext({ schema: apiSchema, operationDocument: names.document, ...options }),
    }),
  };
}

function notAllowed(path: string, message: string): Refusal {
  return badInput([{ path, code: 'NOT_ALLOWED', message }]);
}

function chooseOperation(document: DocumentNode, name: string | null): OperationDefinitionNode {
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  const chosen =
    name === null && operations.length === 1 ? operations[0] : operations.find((o) => o.name?.value === name);
  if (!chosen) throw notAllowed('operationName', 'must name one operation of the document.');
  return chosen;
}

/** The field at the operation's root, through fragments, and the directives on the way. Validation has seen to it that there is one. */
function findRootField(
  document: DocumentNode,
  { selections }: SelectionSetNode,
): { rootField: FieldNode; conditions: readonly DirectiveNode[] } | null {
  for (const selection of selections) {
    const own = selection.directives ?? [];
    if (selection.kind === Kind.FIELD) return { rootField: selection, conditions: own };
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT
        ? selection
        : document.definitions.find(
            (d) => d.kind === Kind.FRAGMENT_DEFINITION && d.name.value === selection.name.value,
          );
    const below = fragment && 'selectionSet' in fragment && fragment.selectionSet;
    const found = below ? findRootField(document, below) : null;
    if (found) return { ...found, conditions: [...own, ...found.conditions] };
  }
  return null;
}

function selectsAny(fields: ReadonlySet<string>, schema: GraphQLSchema, document: DocumentNode): boolean {
  const types = new TypeInfo(schema);
  let found = false;
  const Field = ({ name }: FieldNode) => {
    const parent = types.getParentType();
    if (parent && fields.has(`${getNamedType(parent).name}.${name.value}`)) found = true;
  };
  visit(document, visitWithTypeInfo(types, { Field }));
  return found;
}
