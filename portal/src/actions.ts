import {
  AssignIncidentDocument,
  CancelIncidentDocument,
  CloseIncidentDocument,
  CreateFollowUpDocument,
  HoldIncidentDocument,
  LinkIncidentDocument,
  ReclassifyIncidentDocument,
  ReopenIncidentDocument,
  ResolveIncidentDocument,
  ResumeIncidentDocument,
  StartIncidentDocument,
  type CauseCategory,
  type HoldReason,
  type Impact,
  type IncidentAction,
  type IncidentFactsFragment,
  type IncidentLinkKind,
  type IncidentState,
  type Priority,
  type ResolutionCode,
  type TypedDocument,
  type Urgency,
} from './generated/api.ts';
import type { Command } from './keys.ts';
import type { MessageId } from './text.ts';

/** The incident as a form sees it. */
export type Facts = IncidentFactsFragment;
type Values = Record<string, string>;

/** An action that has a form. Comments and notes have boxes of their own. */
export type FormAction = Exclude<IncidentAction, 'COMMENT' | 'NOTE'>;

/** Lists that a choice can come from. */
export type ChoiceSource =
  | 'groups'
  | 'analysts'
  | 'categories'
  | 'services'
  | 'impacts'
  | 'urgencies'
  | 'priorities'
  | 'holdReasons'
  | 'resolutionCodes'
  | 'causes'
  | 'linkKinds';

/** One field of an action's form. */
export interface ActionField {
  name: string;
  kind: 'choice' | 'line' | 'text' | 'tick' | 'localTime';
  label: MessageId;
  hint?: MessageId;
  source?: ChoiceSource;
  /** Text of the empty choice, where nothing chosen has a meaning. */
  empty?: MessageId;
  shown?: (values: Values) => boolean;
  required?: (values: Values, incident: Facts) => boolean;
}

/** What a form of an action shows, and what it sends. */
export interface ActionForm {
  /** The key that opens it directly; the others are reached by the status key. */
  command?: Command;
  document: TypedDocument<{ incident: Facts }, { input: never }>;
  fields: readonly ActionField[];
  initial?: (incident: Facts) => Values;
  input: (values: Values, context: ActionContext) => Record<string, unknown>;
  /** True where people edit the record, so that the API asks which version they saw. */
  versioned: boolean;
  /** The state in which this is what comes next: its button stands out. At most one action for each state. */
  nextIn?: IncidentState;
  /** True for what withdraws an incident: its button is set apart. */
  withdraws?: boolean;
}

export interface ActionContext {
  incident: Facts;
  /** The IANA zone in which local times are typed. */
  zone: string;
}

const always = () => true;

/** The documents differ in their input types only; the table's `input` functions give the right one for each. */
function form<Input>(
  document: TypedDocument<{ incident: Facts }, { input: Input }>,
  rest: Omit<ActionForm, 'document' | 'versioned' | 'input'> & {
    versioned?: boolean;
    input: (values: Values, context: ActionContext) => Omit<Input, 'id' | 'expectedVersion' | 'idempotencyKey'>;
  },
): ActionForm {
  return { versioned: true, ...rest, document: document };
}

/** Every action with a form, in the order of an incident's life. Mirrors the inputs of `schema/tickets.graphql`. */
export const ACTION_FORMS: Readonly<Record<FormAction, ActionForm>> = {
  ASSIGN: form(AssignIncidentDocument, {
    command: 'assign',
    nextIn: 'NEW',
    fields: [
      { name: 'assignmentGroupId', kind: 'choice', source: 'groups', label: 'field.group', required: always },
      { name: 'assigneeId', kind: 'choice', source: 'analysts', label: 'field.assignee', empty: 'field.nobody' },
      {
        name: 'categoryId',
        kind: 'choice',
        source: 'categories',
        label: 'field.category',
        required: (_, incident) => incident.category === null,
      },
      { name: 'impact', kind: 'choice', source: 'impacts', label: 'field.impact', required: always },
      { name: 'urgency', kind: 'choice', source: 'urgencies', label: 'field.urgency', required: always },
    ],
    initial: ({ assignmentGroup, assignee, category, impact, urgency }) => ({
      assignmentGroupId: assignmentGroup?.id ?? '',
      assigneeId: assignee?.id ?? '',
      categoryId: category?.id ?? '',
      impact,
      urgency,
    }),
    input: (values) => ({
      assignmentGroupId: given(values.assignmentGroupId) ?? '',
      assigneeId: given(values.assigneeId),
      categoryId: given(values.categoryId),
      impact: given(values.impact) as Impact | undefined,
      urgency: given(values.urgency) as Urgency | undefined,
    }),
  }),
  START: form(StartIncidentDocument, {
    nextIn: 'ASSIGNED',
    fields: [
      { name: 'acknowledgement', kind: 'text', label: 'field.acknowledgement', hint: 'field.acknowledgement.hint' },
    ],
    input: (values) => ({ acknowledgement: given(values.acknowledgement) }),
  }),
  HOLD: form(HoldIncidentDocument, {
    fields: [
      { name: 'reason', kind: 'choice', source: 'holdReasons', label: 'field.holdReason', required: always },
      {
        name: 'question',
        kind: 'text',
        label: 'field.question',
        hint: 'field.question.hint',
        ...onlyWhen('reason', 'CUSTOMER'),
      },
      { name: 'vendorReference', kind: 'line', label: 'field.vendorReference', ...onlyWhen('reason', 'VENDOR') },
      {
        name: 'waitsFor',
        kind: 'line',
        label: 'field.waitsFor',
        hint: 'field.waitsFor.hint',
        ...onlyWhen('reason', 'CHANGE', 'PROBLEM'),
      },
      { name: 'until.local', kind: 'localTime', label: 'field.until', ...onlyWhen('reason', 'SCHEDULED') },
      {
        name: 'customerWish',
        kind: 'tick',
        label: 'field.customerWish',
        hint: 'field.customerWish.hint',
        shown: (values) => values.reason === 'SCHEDULED',
      },
    ],
    input: (values, { zone }) => ({
      reason: values.reason as HoldReason,
      question: values.reason === 'CUSTOMER' ? given(values.question) : undefined,
      vendorReference: values.reason === 'VENDOR' ? given(values.vendorReference) : undefined,
      waitsFor: values.reason === 'CHANGE' || values.reason === 'PROBLEM' ? given(values.waitsFor) : undefined,
      until: values.reason === 'SCHEDULED' ? { local: values['until.local'], timeZone: zone } : undefined,
      customerWish: values.reason === 'SCHEDULED' ? values.customerWish === 'yes' : undefined,
    }),
  }),
  RESUME: form(ResumeIncidentDocument, { nextIn: 'ON_HOLD', fields: [], input: () => ({}) }),
  RESOLVE: form(ResolveIncidentDocument, {
    nextIn: 'IN_PROGRESS',
    fields: [
      { name: 'code', kind: 'choice', source: 'resolutionCodes', label: 'field.resolutionCode', required: always },
      { name: 'duplicateOf', kind: 'line', label: 'field.duplicateOf', ...onlyWhen('code', 'DUPLICATE') },
      { name: 'cause', kind: 'choice', source: 'causes', label: 'field.cause', required: always },
      { name: 'text', kind: 'text', label: 'field.solution', hint: 'field.solution.hint', required: always },
      { name: 'serviceId', kind: 'choice', source: 'services', label: 'field.service' },
    ],
    initial: ({ service }) => ({ serviceId: service.id }),
    input: (values) => ({
      code: values.code as ResolutionCode,
      cause: values.cause as CauseCategory,
      text: values.text ?? '',
      serviceId: given(values.serviceId),
      duplicateOf: values.code === 'DUPLICATE' ? given(values.duplicateOf) : undefined,
    }),
  }),
  REOPEN: form(ReopenIncidentDocument, {
    fields: [{ name: 'reason', kind: 'text', label: 'field.reopenReason', required: always }],
    input: (values) => ({ reason: values.reason ?? '' }),
  }),
  CLOSE: form(CloseIncidentDocument, { nextIn: 'RESOLVED', fields: [], input: () => ({}) }),
  CANCEL: form(CancelIncidentDocument, {
    fields: [{ name: 'reason', kind: 'text', label: 'field.reason', required: always }],
    withdraws: true,
    input: (values) => ({ reason: values.reason ?? '' }),
  }),
  RECLASSIFY: form(ReclassifyIncidentDocument, {
    command: 'reclassify',
    fields: [
      { name: 'impact', kind: 'choice', source: 'impacts', label: 'field.impact', required: always },
      { name: 'urgency', kind: 'choice', source: 'urgencies', label: 'field.urgency', required: always },
      { name: 'serviceId', kind: 'choice', source: 'services', label: 'field.service', required: always },
      {
        name: 'priority',
        kind: 'choice',
        source: 'priorities',
        label: 'field.priorityByHand',
        hint: 'field.priorityByHand.hint',
        empty: 'field.priorityComputed',
      },
      {
        name: 'reason',
        kind: 'text',
        label: 'field.reason',
        required: (values, incident) => Boolean(values.priority) && values.priority !== heldPriority(incident),
      },
    ],
    initial: (incident) => ({
      impact: incident.impact,
      urgency: incident.urgency,
      serviceId: incident.service.id,
      priority: heldPriority(incident),
      reason: incident.priorityOverride?.reason ?? '',
    }),
    input: (values, { incident }) => ({
      impact: changed(values.impact, incident.impact) as Impact | undefined,
      urgency: changed(values.urgency, incident.urgency) as Urgency | undefined,
      serviceId: changed(values.serviceId, incident.service.id),
      // Null clears a priority that was set by hand; left out, it stays.
      priority:
        values.priority === heldPriority(incident) ? undefined : ((given(values.priority) ?? null) as Priority | null),
      reason: given(values.reason),
    }),
  }),
  LINK: form(LinkIncidentDocument, {
    command: 'link',
    fields: [
      { name: 'kind', kind: 'choice', source: 'linkKinds', label: 'field.linkKind', required: always },
      { name: 'target', kind: 'line', label: 'field.linkTarget', hint: 'field.linkTarget.hint', required: always },
    ],
    input: (values) => ({
      kind: values.kind as IncidentLinkKind,
      target: (values.target ?? '').trim().toUpperCase(),
    }),
  }),
  FOLLOW_UP: form(CreateFollowUpDocument, {
    command: 'followUp',
    fields: [{ name: 'description', kind: 'text', label: 'field.followUp', required: always }],
    versioned: false,
    input: (values) => ({ description: values.description ?? '' }),
  }),
};

/** Actions that move an incident to another state: what the status key offers. */
export const STATUS_ACTIONS: readonly FormAction[] = [
  'START',
  'HOLD',
  'RESUME',
  'RESOLVE',
  'REOPEN',
  'CLOSE',
  'CANCEL',
];

/** The actions of the table that the API allows now, in the table's order. */
export function formActions(allowed: readonly IncidentAction[]): FormAction[] {
  return (Object.keys(ACTION_FORMS) as FormAction[]).filter((action) => allowed.includes(action));
}

/** The fields of a form that the values call for. */
export function shownFields(action: FormAction, values: Values): ActionField[] {
  return ACTION_FORMS[action].fields.filter((field) => field.shown?.(values) ?? true);
}

/** The names of the shown fields that must not be empty and are. */
export function missingFields(action: FormAction, values: Values, incident: Facts): ActionField[] {
  return shownFields(action, values).filter(
    (field) => field.required?.(values, incident) && !given(values[field.name]),
  );
}

function onlyWhen(name: string, ...choices: string[]): Pick<ActionField, 'shown' | 'required'> {
  const chosen = (values: Values) => choices.includes(values[name] ?? '');
  return { shown: chosen, required: chosen };
}

function heldPriority(incident: Facts): string {
  return incident.priorityOverride ? incident.priority : '';
}

function given(value: string | undefined): string | undefined {
  return value?.trim() ? value.trim() : undefined;
}

function changed(value: string | undefined, before: string): string | undefined {
  return value === before ? undefined : given(value);
}
