import { actorOf } from '@desk/kit/api/actor';
import { numbersOfYear } from '@desk/kit/api/numbers';
import { InputCheck, tooFew, tooMany } from '@desk/kit/api/input';
import { checkOrganizationReference, findOrganization, requireOrganization } from '@desk/kit/api/reference';
import type { Mirrored } from '@desk/kit/log/mirror';
import { actOn } from '@desk/kit/write/act-on';
import { forbidden, instantIn, newRecordId, writeKey, type ChangeInput } from '@desk/kit/write/request';
import type { DirectoryRecords } from '@desk/schema/directory/events';
import type { ContinuityContext } from '../context.ts';
import type * as api from '../generated/api.ts';
import { activate, addEntry, approveImpact, assess, estimate, move } from './acts.ts';
import {
  EVENT_NAMES,
  ORGANIZATIONS_MAX,
  yearOf,
  type ContinuityEvent,
  type EventActContext,
} from './continuity-event.ts';
import type { EventDecision } from './event.ts';
import { declare, requireScope, type Services } from './opening.ts';
import { mayManageContinuity, mayRecordContinuity } from './policy.ts';
import type { EventAnswer } from './view.ts';

type Mutation = keyof api.Mutation;

/** The SME in the directory: it declares what concerns the MDM/R. */
const SME_CODE = 'SME';
/** More services than an event can have are refused by their number. */
const LOOKED_UP_MAX = 20;

/** One mutation for each business action. */
export const eventMutations = {
  async declareContinuityEvent(_root, { input }, context) {
    const { viewer, store, time, directory } = context;
    const key = writeKey(viewer, 'declareContinuityEvent', input);
    if (!mayManageContinuity(viewer)) throw forbidden('Your role does not allow declaring continuity events.');
    const check = new InputCheck();
    const affected = await affectedOrganizations(context, input.affectedOrganizationIds, check);
    requireScope(input.environment, affected?.[0]?.code ?? null);
    const services = await servicesOf(context, input.serviceIds, check);
    const outageStartedAt = instantIn(input.outageStartedAt, 'input.outageStartedAt', check);
    const sme = await requireOrganization<Mirrored<DirectoryRecords['organization']>>(directory, SME_CODE, {
      reach: 'ALL',
      path: 'input',
    });
    const id = newRecordId(context, EVENT_NAMES.idPrefix, { operation: 'declareContinuityEvent', input });
    const act = actOf(context, sme._id, check);
    const affectedOrganizationIds = affected?.map(({ _id }) => _id) ?? null;
    const { record, events } = declare(
      { id, organizationId: sme._id },
      {
        ...input,
        ...services,
        kind: input.kind ?? 'ACTUAL',
        stage: input.stage ?? 'INITIAL_RESPONSE',
        affectedOrganizationIds,
        outageStartedAt,
      },
      act,
    );
    const numbered = numbersOfYear(yearOf(time.now()));
    const { record: continuityEvent, ...written } = await store.events.records.create(record, events, {
      key,
      numbered,
    });
    return { continuityEvent, ...written };
  },

  updateContinuityEstimate: plainly('updateContinuityEstimate', estimate),

  assessContinuityImpact: (_root, { input }, context) =>
    actOnEvent(context, { mutation: 'assessContinuityImpact', input }, async (check) => {
      const services = input.serviceIds ? await servicesOf(context, input.serviceIds, check) : undefined;
      return (event, act) => assess(event, { ...input, services }, act);
    }),

  approveContinuityImpact: plainly('approveContinuityImpact', approveImpact),
  activateContinuityEvent: plainly('activateContinuityEvent', activate),

  moveContinuityEvent: (_root, { input }, context) =>
    actOnEvent(context, { mutation: 'moveContinuityEvent', input }, (check) => {
      const outageStartedAt = instantIn(input.outageStartedAt, 'input.outageStartedAt', check);
      return (event, act) => move(event, moveOf(input, outageStartedAt), act);
    }),

  addContinuityEntry: (_root, { input }, context) => {
    if (!mayRecordContinuity(context.viewer)) throw forbidden('Your role does not allow writing into the timeline.');
    return actOnEvent(context, { mutation: 'addContinuityEntry', input }, (check) => {
      const occurredAt = instantIn(input.occurredAt, 'input.occurredAt', check);
      return (event, act) => addEntry(event, { text: input.text, occurredAt }, act);
    });
  },
} satisfies api.MutationResolvers;

/** The rule of an act, with the input that was looked up for it. Null where there is nothing to do. */
type Decide = (event: ContinuityEvent, act: EventActContext) => EventDecision | null;

/** The mutation whose rule takes its input as it is. */
function plainly<Own extends object>(
  mutation: Mutation,
  rule: (event: ContinuityEvent, input: Own, act: EventActContext) => EventDecision | null,
) {
  return (_root: unknown, { input }: { input: ChangeInput & Own }, context: ContinuityContext): Promise<EventAnswer> =>
    actOnEvent(context, { mutation, input }, () => (event, act) => rule(event, input, act));
}

/** Carries out one act of the viewer on a continuity event. Every viewer sees them; only the SME's staff changes them. */
async function actOnEvent(
  context: ContinuityContext,
  { mutation, input }: { mutation: Mutation; input: ChangeInput },
  prepare: (check: InputCheck) => Decide | Promise<Decide>,
): Promise<EventAnswer> {
  const { store, reach, viewer } = context;
  const { record: continuityEvent, ...written } = await actOn<ContinuityEvent>({
    viewer,
    reach,
    records: store.events.records,
    operation: mutation,
    input,
    findRecord: () => store.events.require(reach, input.id),
    async prepare(_found, check) {
      if (!mayRecordContinuity(viewer)) throw forbidden('Your role does not allow this for this continuity event.');
      const decide = await prepare(check);
      return (current) => decide(current, actOf(context, current.organizationId, check));
    },
  });
  return { continuityEvent, ...written };
}

/** The context of an act of the viewer, now. */
export function actOf(
  { viewer, time }: ContinuityContext,
  organizationId: string,
  check = new InputCheck(),
): EventActContext {
  return { at: time.now(), by: actorOf(viewer, organizationId), check, viewer };
}

/** The fields of a move, without those by which it is asked for. */
function moveOf(
  { to, reason, precautionsReviewed, operatingSite, drProtection, highAvailability }: api.MoveContinuityEventInput,
  outageStartedAt: Date | null | undefined,
) {
  const fields = { precautionsReviewed, operatingSite, drProtection, highAvailability };
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null));
  return { to, outageStartedAt, ...given, ...(reason == null ? {} : { reason }) };
}

/** Looks up services. Notes codes that are none. */
async function servicesOf(
  { directory, criticalServices }: ContinuityContext,
  codes: readonly string[],
  check: InputCheck,
): Promise<Services> {
  for (const [index, code] of codes.slice(0, LOOKED_UP_MAX).entries()) {
    if (await directory.findByKey('service', code)) continue;
    const message = 'must be the code of a service, such as VEE.';
    check.problem(`input.serviceIds.${index}`, { code: 'UNKNOWN_CODE', args: { value: code }, message });
  }
  const critical = codes.filter((code) => criticalServices.some(({ id }) => id === code));
  return { serviceIds: codes, criticalServices: new Set(critical).size };
}

/** The distributors that a declaration names. Null for all. Notes those that there are not, those named twice, and other organizations. */
async function affectedOrganizations(
  { directory }: ContinuityContext,
  named: readonly string[] | null | undefined,
  check: InputCheck,
): Promise<Mirrored<DirectoryRecords['organization']>[] | null> {
  if (!named) return null;
  const list = 'input.affectedOrganizationIds';
  check.require(list, named.length > 0, tooFew(1));
  check.require(list, named.length <= ORGANIZATIONS_MAX, tooMany(ORGANIZATIONS_MAX));
  const found: (Mirrored<DirectoryRecords['organization']> | null)[] = [];
  for (const [index, idOrCode] of named.slice(0, ORGANIZATIONS_MAX).entries()) {
    const path = `${list}.${index}`;
    checkOrganizationReference(check, path, idOrCode);
    const organization = await findOrganization<Mirrored<DirectoryRecords['organization']>>(directory, idOrCode);
    found.push(organization);
    if (!organization) check.problem(path, { code: 'NO_SUCH_RECORD', message: 'must be an organization of the desk.' });
    else check.require(path, organization.type === 'LDC', NO_DISTRIBUTOR);
  }
  check.eachOnce(
    list,
    found.map((each) => each?._id ?? null),
  );
  return found.filter((each) => each !== null);
}

const NO_DISTRIBUTOR = {
  code: 'WRONG_KIND',
  args: { expected: 'LDC' },
  message: 'must be a distributor: others are not counted among the affected.',
} as const;
