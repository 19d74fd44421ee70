/**
 * The operations of one socket under names of our own: a client may use an id again as soon as it has completed the operation, while the
 * protocol's library is still ending the earlier one under that id.
 */
export class OperationIds {
  /** Our names by the client's ids, and the other way round. */
  readonly #own = new Map<string, string>();
  readonly #client = new Map<string, string>();
  #count = 0;

  /** The client's id of an operation; null when it is over. */
  clientOf(own: string): string | null {
    return this.#client.get(own) ?? null;
  }

  /** A message of the client, for the library. Null where it begins an operation under an id that is in use. */
  received(text: string): string | null {
    const message = read(text);
    if (typeof message?.id !== 'string') return text;
    const { type, id } = message;
    const known = this.#own.get(id);
    if (type === 'complete' && known !== undefined) this.#end(id, known);
    if (type !== 'subscribe') return known === undefined ? text : JSON.stringify({ ...message, id: known });
    if (known !== undefined) return null;
    const own = String((this.#count += 1));
    this.#own.set(id, own);
    this.#client.set(own, id);
    return JSON.stringify({ ...message, id: own });
  }

  /** A message of the library, for the client. Null where its operation is over. */
  sent(text: string): string | null {
    const message = read(text);
    if (typeof message?.id !== 'string') return text;
    const id = this.#client.get(message.id);
    if (id === undefined) return null;
    if (message.type === 'complete' || message.type === 'error') this.#end(id, message.id);
    return JSON.stringify({ ...message, id });
  }

  #end(id: string, own: string): void {
    this.#own.delete(id);
    this.#client.delete(own);
  }
}

/** The parts of a message that are looked at; null for what is no message. The library says what is wrong with it. */
function read(text: string): { type?: unknown; id?: unknown } | null {
  try {
    const message: unknown = JSON.parse(text);
    return typeof message === 'object' ? message : null;
  } catch {
    return null;
  }
}
