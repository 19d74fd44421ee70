import { SYSTEM_ACTOR } from '@desk/kit/api/actor';
import { InputCheck } from '@desk/kit/api/input';
import { causeKey, type Follow } from '@desk/kit/log/consequences';
import { derivedId } from '@desk/kit/process/ids';
import type { KnownErrorEventData, KnownErrorEvents } from '@desk/schema/tickets/events';
import { writeComment } from '../incident/event.ts';
import type { IncidentStore } from '../incident/store.ts';
import { knownErrorNumber, type KnownError } from './known-error.ts';
import type { KnownErrorStore } from './store.ts';

/** What known errors do to incidents. */
export interface KnownErrorPort {
  /** Writes the workaround to each open incident that the known error's problem caused: once to each, as a comment of the desk itself, which moves no clock. */
  tellIncidents(known: KnownError, at: Date): Promise<void>;
  /** Carries out the consequences of an event in the own log, unless the request did. */
  follow: Follow;
}

/** Incidents that are read at once. */
const BATCH = 100;

/** The port over the stores. */
export function knownErrorPort(knownErrors: KnownErrorStore, incidents: IncidentStore): KnownErrorPort {
  const tellIncidents: KnownErrorPort['tellIncidents'] = async (known, at) => {
    const { problemId, workaround, title } = known;
    if (problemId === null || workaround === null) return;
    const text = `${knownErrorNumber(known)} ${title}\n\n${workaround.steps}`;
    const act = { at, by: SYSTEM_ACTOR, check: new InputCheck() };
    for (let after = ''; ;) {
      const batch = await incidents.openCausedBy(problemId, after, BATCH);
      for (const incident of batch) {
        const cause = { principal: known._id, operation: 'tellIncidents', key: incident._id };
        const said = { id: derivedId(incidents.comments.prefix, cause), text, fromStaff: true, carried: true };
        const { record, events } = writeComment(incident, said, act);
        await incidents.comments.records.create(record, events, { key: causeKey(record._id) });
      }
      const last = batch.at(-1);
      if (!last || batch.length < BATCH) return;
      after = last._id;
    }
  };
  return {
    tellIncidents,
    async follow({ type, data, at }) {
      if (type !== ('known_error.published' satisfies keyof KnownErrorEvents)) return;
      const told = data as unknown as KnownErrorEventData & KnownErrorEvents['known_error.published'];
      const [known] = told.tellIncidents ? await knownErrors.byIds('ALL', [told.subject.id]) : [];
      if (known) await tellIncidents(known, at);
    },
  };
}
