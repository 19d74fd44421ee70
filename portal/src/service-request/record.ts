import { requirePart } from '../api/client.ts';
import {
  AddServiceRequestCommentDocument,
  AddServiceRequestInternalNoteDocument,
  ServiceRequestCommentsDocument,
  ServiceRequestDocument,
  ServiceRequestHistoryDocument,
  ServiceRequestNotesDocument,
  type ServiceRequestFactsFragment,
} from '../generated/api.ts';
import type { RecordNoun } from '../record/noun.ts';
import { useText } from '../text/text.ts';

/** The service request as its page shows it. */
export type Facts = ServiceRequestFactsFragment;

/** Service requests, for the parts of their pages. */
export const SERVICE_REQUEST: RecordNoun<Facts> = {
  name: 'serviceRequest',
  list: { to: '/requests', search: true },
  address: (number) => ({ to: '/requests/$id', params: { id: number }, search: true }),
  label: 'request.label',
  titleOf: ({ title, titleFr }, language) => (language === 'FR' ? titleFr : title),
  find: async (api, id) => (await api.request(ServiceRequestDocument, { id })).serviceRequest,
  async history(api, id, before) {
    const { serviceRequest } = await api.request(ServiceRequestHistoryDocument, { id, before });
    return serviceRequest && requirePart(serviceRequest.history);
  },
  useFieldWord,
  comments: {
    async read(api, id, last) {
      const { serviceRequest } = await api.request(ServiceRequestCommentsDocument, { id, last });
      return serviceRequest && requirePart(serviceRequest.comments);
    },
    write: (write, input) => write(AddServiceRequestCommentDocument, input),
  },
  notes: {
    async read(api, id, last) {
      const { serviceRequest } = await api.request(ServiceRequestNotesDocument, { id, last });
      return serviceRequest && requirePart(serviceRequest.internalNotes);
    },
    write: (write, input) => write(AddServiceRequestInternalNoteDocument, input),
  },
};

function useFieldWord(): (field: string, value: string) => string {
  const text = useText();
  return (field, value) => (field === 'state' ? text.word('serviceRequest.state', value) : value);
}
