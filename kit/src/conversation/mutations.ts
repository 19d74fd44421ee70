import type { Viewer } from '../api/viewer.ts';
import type { NewId } from '../process/ids.ts';
import type { Aggregate } from '../write/record.ts';
import { newRecordId, writeKey, type WriteInput } from '../write/request.ts';
import type { RequestKey } from '../write/request.ts';
import type { InternalNote } from './message.ts';
import type { MessageStore } from './store.ts';

/** The request of a viewer to write about a record. */
export interface MessageRequest<Rec extends Aggregate, M extends InternalNote> {
  viewer: Viewer;
  newId: NewId;
  /** The mutation's name. */
  operation: string;
  input: WriteInput;
  messages: MessageStore<M>;
  /** Finds the subject within the viewer's reach. Refuses NOT_FOUND. */
  findSubject(): Promise<Rec>;
  /** Refuses a message that the viewer may not write, or that the subject does not allow now. */
  requireAction(subject: Rec): void;
}

/** A message that may be written: about which record, under which id and retry key. */
export interface PreparedMessage<Rec> {
  subject: Rec;
  id: string;
  key: RequestKey | null;
}

/** Prepares a message. A repeated request gets its first answer, whatever became of the subject since. */
export async function prepareMessage<Rec extends Aggregate, M extends InternalNote>(
  request: MessageRequest<Rec, M>,
): Promise<PreparedMessage<Rec>> {
  const { viewer, operation, input, messages } = request;
  const key = writeKey(viewer, operation, input);
  const subject = await request.findSubject();
  const id = newRecordId(request, messages.prefix, { operation, input });
  if (!key || !(await messages.records.exists(id))) request.requireAction(subject);
  return { subject, id, key };
}
