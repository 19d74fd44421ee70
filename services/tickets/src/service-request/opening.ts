import type { InputCheck } from '@desk/kit/api/input';
import { INSTANT_MAX, INSTANT_MIN } from '@desk/kit/api/scalars';
import type { DirectoryRecords } from '@desk/schema/directory/events';
import type { CatalogueField, CatalogueItem } from '../catalogue-item/catalogue-item.ts';
import { begun, withDerivedFields } from './clocks.ts';
import { describeRequest, withApprovalNotice, type RequestDecision } from './event.ts';
import {
  LINE_CHARACTERS_MAX,
  TEXT_KIB_MAX,
  type FilledIn,
  type RequestActContext,
  type ServiceRequest,
} from './service-request.ts';

/** More values than a form can have are refused by their names. */
const VALUES_MAX = 100;

/** The days that a form takes: those of the instants that a client can give. */
const [DATE_MIN, DATE_MAX] = [INSTANT_MIN, INSTANT_MAX].map((each) => each.toISOString().slice(0, 10)) as [
  string,
  string,
];

/** Asks for a service: AWAITING_APPROVAL, with a notice to those who approve, or APPROVED where no approval is needed. Refuses BAD_USER_INPUT. */
export function openRequest(
  made: { id: string; organizationId: string },
  input: { values: readonly FilledIn[] },
  act: RequestActContext,
): RequestDecision {
  const { at, by, check, item } = act;
  const values = checkedValues(item, input.values, check);
  check.done();
  const isApproved = item.approval === 'NONE';
  const record: ServiceRequest = {
    _id: made.id,
    organizationId: made.organizationId,
    version: 0,
    number: null,
    nextFireAt: null,
    itemId: item.id,
    itemVersion: item.version,
    values,
    requester: by,
    state: isApproved ? 'APPROVED' : 'AWAITING_APPROVAL',
    approvedBy: null,
    approvedAt: isApproved ? at : null,
    tasks: item.tasks.map(({ id }) => ({ id, completedAt: null })),
    result: null,
    clocks: [begun(isApproved ? 'FULFILMENT' : 'APPROVAL', act)],
    dueAt: null,
    breached: false,
    closesAt: null,
    createdAt: at,
    updatedAt: at,
    closedAt: null,
  };
  const personal = { values: Object.fromEntries(values.map(({ name, value }) => [name, value])) };
  const submitted = describeRequest(null, withDerivedFields(record, act), { kind: 'SUBMITTED', act, personal });
  return isApproved ? submitted : withApprovalNotice(submitted, act);
}

/** Notes why nothing can be asked for an organization: services are asked for by distributors, while they are active. */
export function checkAsking({ code, type, active }: DirectoryRecords['organization'], check: InputCheck): void {
  check.require('input.actingFor', type === 'LDC', {
    code: 'WRONG_KIND',
    args: { expected: 'LDC' },
    message: `must be a distributor: ${code} is none.`,
  });
  check.require('input.actingFor', active, {
    code: 'INACTIVE',
    message: `must be active: ${code} is suspended, and nothing is asked for it until it is active again.`,
  });
}

/** The values of a form, in its order. */
function checkedValues({ fields }: CatalogueItem, given: readonly FilledIn[], check: InputCheck): FilledIn[] {
  for (const [index, { name }] of given.slice(0, VALUES_MAX).entries()) {
    const path = `input.values.${index}.name`;
    if (!fields.some((field) => field.name === name))
      check.problem(path, { code: 'UNKNOWN_CODE', args: { value: name }, message: 'must be a field of the form.' });
    else if (given.findIndex((each) => each.name === name) !== index)
      check.problem(path, { code: 'ALREADY_THERE', message: 'must not be filled in twice.' });
  }
  return fields.flatMap((field) => {
    const place = given.findIndex(({ name }) => name === field.name);
    const value = given[place]?.value ?? '';
    if (!value.trim() && !field.required) return [];
    if (place === -1) {
      const message = `must hold a value of the field ${field.name}.`;
      check.problem('input.values', { code: 'MISSING_ENTRY', args: { value: field.name }, message });
      return [];
    }
    return [{ name: field.name, value: checkedValue(field, value, { path: `input.values.${place}.value`, check }) }];
  });
}

function checkedValue(
  { kind, choices }: CatalogueField,
  value: string,
  { path, check }: { path: string; check: InputCheck },
): string {
  if (kind === 'TEXT') return check.body(path, value, TEXT_KIB_MAX);
  const line = check.line(path, value, LINE_CHARACTERS_MAX);
  if (line && kind === 'DATE')
    check.require(path, isDate(line), {
      code: 'INVALID_TIME',
      message: 'must be a date, such as 2026-12-23.',
    });
  if (line && kind === 'DATE' && isDate(line))
    check.require(path, DATE_MIN <= line && line <= DATE_MAX, {
      code: 'OUT_OF_RANGE',
      args: { min: DATE_MIN, max: DATE_MAX },
      message: `must lie from ${DATE_MIN} to ${DATE_MAX}.`,
    });
  if (line && kind === 'CHOICE')
    check.require(
      path,
      choices.some(({ id }) => id === line),
      {
        code: 'UNKNOWN_CODE',
        args: { value: line },
        message: `must be one of: ${choices.map(({ id }) => id).join(', ')}.`,
      },
    );
  return line;
}

function isDate(text: string): boolean {
  const date = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : null;
  return date !== null && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
