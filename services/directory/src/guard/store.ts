import { DURABLE, isDuplicateKey } from '@desk/kit/process/mongo';
import type { Foundation } from '@desk/kit/service/service';

/** A person at one version of the person's record. */
export interface PersonAt {
  id: string;
  version: number;
}

/**
 * What no single record can hold: that an organization keeps an administrator, and that of two requests for the same thing one makes it.
 * Each question is one conditional write on one document.
 */
export interface Guard {
  /**
   * Takes `what` for the record of an id, for RESERVED_MS or until that record is made. False while another id holds it. Ask after it
   * whether there is such a record already, and make the record within that time.
   */
  reserve(what: string, id: string, at: Date): Promise<boolean>;
  /** Gives up what was taken for a record that is not made after all. */
  release(what: string, id: string): Promise<void>;
  /**
   * Takes an administrator out of the count of an organization, as long as one of the others still counts. False where none does. Whoever
   * is taken out counts again from the next version of the person's record on: so the change that was decided on this version must be
   * written on it, or not at all.
   */
  withdrawAdministrator(organizationId: string, leaving: PersonAt, others: readonly PersonAt[]): Promise<boolean>;
}

/** How long a reservation holds, in milliseconds: far longer than any request lives. */
export const RESERVED_MS = 60_000;

interface Reservation {
  _id: string;
  holder: string;
  at: Date;
}

/** The administrators who were taken out of an organization's count: the last version of each that does not count. */
interface Withdrawals {
  _id: string;
  people: Record<string, number>;
}

/** Opens the guard. Its collections are no records: nothing of them is history. `isMade`: there is a record of this id. */
export function openGuard(
  { connection }: Pick<Foundation, 'connection'>,
  isMade: (id: string) => Promise<boolean>,
): Guard {
  const reservations = connection.collection<Reservation>('reservations');
  const withdrawals = connection.collection<Withdrawals>('administrator_withdrawals');
  return {
    async reserve(what, id, at) {
      const lapsed = new Date(at.getTime() - RESERVED_MS);
      const taken = await upserted(() =>
        reservations.updateOne(
          { _id: what, $or: [{ holder: id }, { at: { $lte: lapsed } }] },
          { $set: { holder: id, at } },
          { upsert: true, ...DURABLE },
        ),
      );
      if (taken) return true;
      const holder = (await reservations.findOne({ _id: what }))?.holder;
      if (holder === undefined || !(await isMade(holder))) return false;
      const passed = await reservations.updateOne({ _id: what, holder }, { $set: { holder: id, at } }, DURABLE);
      return passed.matchedCount === 1;
    },
    async release(what, id) {
      await reservations.deleteOne({ _id: what, holder: id });
    },
    async withdrawAdministrator(organizationId, leaving, others) {
      if (!others.length) return false;
      const counting = others.map(({ id, version }) => ({
        $or: [{ [`people.${id}`]: { $exists: false } }, { [`people.${id}`]: { $lt: version } }],
      }));
      const write = () =>
        withdrawals.updateOne(
          { _id: organizationId, $or: counting },
          { $max: { [`people.${leaving.id}`]: leaving.version } },
          { upsert: true, ...DURABLE },
        );
      // Two may make the organization's document at once: the one that comes second finds it there.
      return (await upserted(write)) || upserted(write);
    },
  };
}

/** False where the document exists and does not match: the insert then meets its id. */
async function upserted(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}
