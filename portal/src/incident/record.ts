import { requirePart } from '../api/client.ts';
import {
  AddIncidentCommentDocument,
  AddIncidentInternalNoteDocument,
  IncidentCommentsDocument,
  IncidentDocument,
  IncidentHistoryDocument,
  IncidentNotesDocument,
  type IncidentFactsFragment,
} from '../generated/api.ts';
import type { RecordNoun } from '../record/noun.ts';
import { useFieldWord } from './field-word.ts';

/** Time that a running clock used up is read again so often, in milliseconds: only the desk knows its business hours. */
const CLOCKS_MS = 60_000;

/** The incident as its page shows it. */
export type Facts = IncidentFactsFragment;

/** Incidents, for the parts of their pages. */
export const INCIDENT: RecordNoun<Facts> = {
  name: 'incident',
  list: { to: '/incidents', search: true },
  address: (number) => ({ to: '/incidents/$id', params: { id: number }, search: true }),
  label: 'incident.label',
  find: async (api, id) => (await api.request(IncidentDocument, { id })).incident,
  agesMs: ({ clocks }) => (clocks.some(({ state }) => state === 'RUN') ? CLOCKS_MS : null),
  async history(api, id, before) {
    const { incident } = await api.request(IncidentHistoryDocument, { id, before });
    return incident && requirePart(incident.history);
  },
  useFieldWord,
  comments: {
    async read(api, id, last) {
      const { incident } = await api.request(IncidentCommentsDocument, { id, last });
      return incident && requirePart(incident.comments);
    },
    write: (write, input) => write(AddIncidentCommentDocument, input),
  },
  notes: {
    async read(api, id, last) {
      const { incident } = await api.request(IncidentNotesDocument, { id, last });
      return incident && requirePart(incident.internalNotes);
    },
    write: (write, input) => write(AddIncidentInternalNoteDocument, input),
  },
};
