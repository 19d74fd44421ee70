import { actorOf } from '@desk/kit/api/actor';
import { notFound } from '@desk/kit/api/errors';
import { InputCheck, tooMany } from '@desk/kit/api/input';
import { forbidden, newRecordId, writeKey } from '@desk/kit/write/request';
import type { NotificationsContext } from '../context.ts';
import type * as api from '../generated/api.ts';
import { namesSame, signUp, withdraw } from './acts.ts';
import { isSignedUp, maySignUp } from './policy.ts';
import { SIGN_UPS_MAX, SIGN_UP_NAMES, VALUES_MAX, type SignUp } from './sign-up.ts';

export const signUpMutations = {
  async createSignUp(_root, { input }, context) {
    const { viewer, store, time, newId } = context;
    const key = writeKey(viewer, 'createSignUp', input);
    const [membership] = viewer.memberships;
    if (!maySignUp(viewer) || viewer.id === null || !membership) throw forbidden('Only people sign up.');
    const { organizationId } = membership;
    const check = new InputCheck();
    await checkServices(context, input.filter.serviceId ?? [], check);
    const id = newRecordId({ viewer, newId }, SIGN_UP_NAMES.idPrefix, { operation: 'createSignUp', input });
    const { records } = store.signUps;
    const held = (await records.exists(id)) ? [] : await store.signUps.of(viewer.id);
    const act = { at: time.now(), by: actorOf(viewer, organizationId), check };
    const { record, events } = signUp({ id, personId: viewer.id, organizationId }, input.filter, act);
    const same = held.find(({ filter }) => namesSame(filter, record.filter));
    if (!same) requireRoom(held);
    const written = same
      ? await records.change(same._id, { reach: 'ALL', key }, () => null)
      : await records.create(record, events, { key });
    return { signUp: written.record, version: written.version, replayed: written.replayed };
  },

  async withdrawSignUp(_root, { input }, { viewer, store, time }) {
    const key = writeKey(viewer, 'withdrawSignUp', input);
    const found = await store.signUps.require('ALL', input.id);
    if (!isSignedUp(viewer, found)) throw notFound();
    const act = { at: time.now(), by: actorOf(viewer, found.organizationId) };
    const written = await store.signUps.records.change(found._id, { reach: 'ALL', key }, (before) =>
      withdraw(before, act),
    );
    return { signUp: written.record, version: written.version, replayed: written.replayed };
  },
} satisfies Partial<api.MutationResolvers>;

/** Refuses one more than a person may have. */
function requireRoom(held: readonly SignUp[]): void {
  const check = new InputCheck();
  check.require('input', held.length < SIGN_UPS_MAX, tooMany(SIGN_UPS_MAX));
  check.done();
}

async function checkServices(
  { people }: NotificationsContext,
  codes: readonly string[],
  check: InputCheck,
): Promise<void> {
  for (const [index, code] of codes.slice(0, VALUES_MAX).entries()) {
    if (await people.mirror.findByKey('service', code)) continue;
    const message = 'must be the code of a service, such as VEE.';
    check.problem(`input.filter.serviceId.${index}`, { code: 'UNKNOWN_CODE', args: { value: code }, message });
  }
}
