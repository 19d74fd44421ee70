import { setTimeout as delay } from 'node:timers/promises';
import type { Partner, ApiAnswer } from '../desk/partner.ts';
import { rootFields } from './api-shape.ts';
import { EXTENTS, operation, wholeField, type Extent } from './selections.ts';

/** How often one operation waits for points. */
const WAITS_MAX = 60;

/** A record as an answer shows it. */
export interface Row {
  id: string;
  [field: string]: unknown;
}

/** What the desk said to a caller: the answer of an operation, or a message of a subscription. */
export interface Told {
  /** The operation, for whoever looks for a leak. */
  text: string;
  root: 'Query' | 'Mutation' | 'Subscription';
  answer: ApiAnswer;
}

/** Somebody of the matrix, and all that the desk said. */
export class Caller {
  readonly name: string;
  readonly told: Told[] = [];
  /** Points that all operations took. */
  cost = 0;
  requests = 0;
  readonly #partner: Pick<Partner, 'ask'>;

  constructor(name: string, partner: Pick<Partner, 'ask'>) {
    this.name = name;
    this.#partner = partner;
  }

  /** One operation. Where points are short, it waits as long as the desk says, and asks again. */
  async ask(text: string, variables: Record<string, unknown> = {}): Promise<ApiAnswer> {
    for (let waits = 0; waits < WAITS_MAX; waits++) {
      const answer = await this.#partner.ask(text, variables);
      this.requests += 1;
      const short = answer.errors?.find(({ extensions }) => extensions.code === 'RATE_LIMITED');
      if (!short) {
        this.told.push({ text, root: text.startsWith('mutation') ? 'Mutation' : 'Query', answer });
        this.cost += Number(answer.extensions?.['cost'] ?? 0);
        return answer;
      }
      await delay(Number(short.extensions['retryAfterMs']));
    }
    throw new Error(`${this.name} waited ${WAITS_MAX} times for points: ${text}`);
  }

  /** One change, with all that its payload holds. Gives the payload's record, and throws the errors. */
  async write(mutation: string, input: Record<string, unknown>): Promise<Row> {
    const { data, errors } = await this.ask(mutationText(mutation), { input });
    const payload = Object.values(data ?? {})[0] as Record<string, unknown> | null | undefined;
    const record = Object.values(payload ?? {}).find((value) => typeof value === 'object' && value !== null);
    if (errors || !record) throw new Error(`${this.name} may not ${mutation}: ${JSON.stringify(errors)}`);
    return record as Row;
  }

  /** The widest form of an operation that the desk does not refuse as too costly. */
  async askWidest(textOf: (extent: Extent) => string, variables: Record<string, unknown> = {}): Promise<ApiAnswer> {
    for (const extent of EXTENTS) {
      const answer = await this.ask(textOf(extent), variables);
      if (!answer.errors?.some(({ extensions }) => extensions.code === 'QUERY_TOO_COMPLEX')) return answer;
      this.told.pop();
    }
    throw new Error(`${this.name} may ask no form of ${textOf(EXTENTS.at(-1)!)}`);
  }
}

/** A mutation with all that its payload holds, as an operation of the variable `$input`. */
export function mutationText(mutation: string): string {
  const field = rootFields('Mutation').find(({ name }) => name === mutation);
  if (!field) throw new Error(`The API has no mutation ${mutation}.`);
  const head = `mutation($input: ${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input!)`;
  return operation(head, wholeField(field, { input: '$input' }, EXTENTS[0]!));
}

/** Nobody: the same requests without a token. */
export function nobodyAt(url: string): Pick<Partner, 'ask'> {
  return {
    async ask(query, variables = {}) {
      const answer = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      return (await answer.json()) as ApiAnswer;
    },
  };
}
