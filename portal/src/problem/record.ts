import { requirePart } from '../api/client.ts';
import {
  AddProblemInternalNoteDocument,
  ProblemDocument,
  ProblemHistoryDocument,
  ProblemNotesDocument,
  type ProblemFactsFragment,
} from '../generated/api.ts';
import type { RecordNoun } from '../record/noun.ts';
import { useServices } from '../service/queries.ts';
import { useSession } from '../app/session-context.ts';
import { nameOf } from '../text/named.ts';
import { useText } from '../text/text.ts';

/** The problem as its page shows it. */
export type Facts = ProblemFactsFragment;

/** Problems, for the parts of their pages. Nobody comments on them publicly. */
export const PROBLEM: RecordNoun<Facts> = {
  name: 'problem',
  list: { to: '/problems', search: true },
  address: (number) => ({ to: '/problems/$id', params: { id: number }, search: true }),
  label: 'problem.label',
  find: async (api, id) => (await api.request(ProblemDocument, { id })).problem,
  async history(api, id, before) {
    const { problem } = await api.request(ProblemHistoryDocument, { id, before });
    return problem && requirePart(problem.history);
  },
  useFieldWord,
  notes: {
    async read(api, id, last) {
      const { problem } = await api.request(ProblemNotesDocument, { id, last });
      return problem && requirePart(problem.internalNotes);
    },
    write: (write, input) => write(AddProblemInternalNoteDocument, input),
  },
};

function useFieldWord(): (field: string, value: string) => string {
  const text = useText();
  const { language } = useSession();
  const services = useServices();
  return (field, value) => {
    if (field === 'state') return text.word('problem.state', value);
    return field === 'service' ? (nameOf(services, value, language) ?? value) : value;
  };
}
