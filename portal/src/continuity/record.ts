import { requirePart } from '../api/client.ts';
import { useSession } from '../app/session-context.ts';
import {
  ContinuityEventDocument,
  ContinuityTimelineDocument,
  type ContinuityEventFactsFragment,
} from '../generated/api.ts';
import type { RecordNoun } from '../record/noun.ts';
import { useText } from '../text/text.ts';

/** The continuity event as its page shows it. */
export type Facts = ContinuityEventFactsFragment;

/** Continuity events, for the parts of their pages. */
export const CONTINUITY_EVENT: RecordNoun<Facts> = {
  name: 'continuity',
  list: { to: '/continuity', search: true },
  address: (number) => ({ to: '/continuity/$id', params: { id: number }, search: true }),
  label: 'continuity.label',
  find: async (api, id) => (await api.request(ContinuityEventDocument, { id })).continuityEvent,
  async history(api, id, before) {
    const { continuityEvent } = await api.request(ContinuityTimelineDocument, { id, before });
    return continuityEvent && requirePart(continuityEvent.history);
  },
  useFieldWord,
};

/** The words for codes in continuity events, by the name of the changed field. */
const FIELD_WORDS: Readonly<Record<string, string>> = {
  stage: 'continuity.stage',
  classification: 'continuity.classification',
  kind: 'continuity.kind',
  environment: 'continuity.environment',
  operatingSite: 'continuity.site',
};

function useFieldWord(): (field: string, value: string) => string {
  const text = useText();
  const { format } = useSession();
  return (field, value) => {
    const group = FIELD_WORDS[field];
    if (group) return text.word(group, value);
    return field === 'expectedOutage' ? format.duration(value) : value;
  };
}
