import type { TypedDocument } from '../generated/api.ts';
import { NOT_BEGUN } from './error-codes.ts';

/** Longest wait for an answer, in milliseconds. The gateway gives up at 25 s. */
const ANSWER_MS_MAX = 28_000;
/** A change that was refused before it began waits by itself at most so long, in milliseconds; a longer wait is told. */
const WAIT_MS_MAX = 5_000;
/** A reading waits so long: nothing depends on it but what is shown, and the page says how long. */
const READ_WAIT_MS_MAX = 120_000;
const ATTEMPTS_MAX = 4;

/** One wrong field, by its path from the operation's arguments: `input.title`. */
export interface FieldProblem {
  path: string;
  /** A code of the API's register, or one that came after this page. */
  code: string;
  /** The values that its words need, as the register names them. */
  args: Readonly<Record<string, string | number | readonly string[]>>;
  /** What must be true, in English. */
  message: string;
}

/** Why a request was refused: a code of the API's register, or one of the two that only a client can see. */
export class ApiError extends Error {
  readonly code: string;
  readonly fields: readonly FieldProblem[];
  readonly currentVersion: number | null;
  readonly retryAfterMs: number | null;
  readonly requestId: string | null;

  constructor(message: string, extensions: Record<string, unknown>) {
    super(message);
    this.code = typeof extensions.code === 'string' ? extensions.code : 'INTERNAL';
    this.fields = Array.isArray(extensions.fields) ? (extensions.fields as FieldProblem[]) : [];
    this.currentVersion = typeof extensions.currentVersion === 'number' ? extensions.currentVersion : null;
    this.retryAfterMs = typeof extensions.retryAfterMs === 'number' ? extensions.retryAfterMs : null;
    this.requestId = typeof extensions.requestId === 'string' ? extensions.requestId : null;
  }
}

/** Sends one query and returns its data. A root field that failed is thrown; a part of a record that failed is null. */
export type Request = <Answer, Variables>(
  query: TypedDocument<Answer, Variables>,
  ...variables: Record<string, never> extends Variables ? [] : [Variables]
) => Promise<Answer>;

/** Sends a mutation, which takes one input, and returns its payload. What the payload lacks could not be read: the change is made. */
export type Write = <Payload, Input>(
  mutation: TypedDocument<{ payload: Payload | null }, { input: Input }>,
  input: Input,
) => Promise<Payload>;

/** What queries and forms of the portal are given. */
export interface Api {
  request: Request;
  write: Write;
  /** True while the feed says what became old: then nothing that it follows is read a second time. */
  live: () => boolean;
}

/** One person's way to the API. Whoever else signs in with this browser, it asks as this person or is refused. */
export interface Client {
  /**
   * Throws an `ApiError`: with the API's code, with `OFFLINE` when no answer came, with `UNREADABLE` when the answer was not one
   * of the API. A change that was refused before it began is sent again by itself, where the desk asks for a short wait.
   */
  request: Request;
  write: Write;
  /** What a socket says when it connects: the same that goes with each request. */
  connectionParams(): Record<string, unknown>;
  /** Says for which organizations, by id, the following requests act. An agent chooses them; nobody else has any. */
  actFor(organizationIds: readonly string[]): void;
  actsFor(): readonly string[];
}

/** A client for a person, by id. `signedOut` is called when the API says that this person is no longer signed in. */
export function createClient({ personId, signedOut }: { personId: string; signedOut: () => void }): Client {
  let actingFor: readonly string[] = [];

  async function once<Answer>(query: TypedDocument<Answer, never>, variables: unknown): Promise<Answer> {
    const response = await send(query, variables, {
      'desk-person': personId,
      ...(actingFor.length > 0 && { 'desk-acting-for': actingFor.join(',') }),
    });
    try {
      return await dataOf<Answer>(response);
    } catch (error) {
      if (response.status === 401 || (error instanceof ApiError && error.code === 'UNAUTHENTICATED')) signedOut();
      throw error;
    }
  }

  return {
    request: (query, ...[variables]) => once(query, variables),
    async write(mutation, input) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return requirePart((await once(mutation, { input })).payload);
        } catch (error) {
          // Sending again what was not begun is harmless; a person would only press the button again.
          const waitMs = rateWaitMs(error, WAIT_MS_MAX);
          if (waitMs === null || attempt >= ATTEMPTS_MAX) throw error;
          await new Promise((resolve) => setTimeout(resolve, waitMs));
        }
      }
    },
    connectionParams: () => ({ person: personId, actingFor }),
    actFor: (organizationIds) => void (actingFor = organizationIds),
    actsFor: () => actingFor,
  };
}

/** How long the desk asks to wait before the same is asked again, in milliseconds; null where waiting by itself is of no use. */
export function rateWaitMs(error: unknown, msMax = READ_WAIT_MS_MAX): number | null {
  if (!(error instanceof ApiError) || !NOT_BEGUN.has(error.code)) return null;
  return error.retryAfterMs !== null && error.retryAfterMs <= msMax ? error.retryAfterMs : null;
}

/** A part of an answer that the page cannot do without. Throws where it is null: the part of the desk that gives it failed. */
export function requirePart<Part>(part: Part | null | undefined): Part {
  if (part === null || part === undefined) {
    throw new ApiError('A part of the answer is missing.', { code: 'SERVICE_UNAVAILABLE' });
  }
  return part;
}

async function dataOf<Answer>(response: Response): Promise<Answer> {
  const { data, errors = [] } = await read<Answer>(response);
  // A part of a record may be missing while the rest is there: what came is shown.
  const failure = errors.find((error) => !data || hasRootFailed(error, data));
  if (failure) throw new ApiError(failure.message, failure.extensions ?? {});
  if (!data) throw new ApiError(`The answer had the status ${response.status} and no data.`, { code: 'UNREADABLE' });
  return data;
}

interface AnswerBody<Answer> {
  data?: Answer | null;
  errors?: AnswerError[];
}

interface AnswerError {
  message: string;
  path?: (string | number)[];
  extensions?: Record<string, unknown>;
}

async function send(query: string, variables: unknown, headers: Record<string, string>): Promise<Response> {
  const operationName = /^\w+ (\w+)/.exec(query)?.[1];
  try {
    return await fetch('/graphql', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json',
        'desk-csrf': '1',
        ...headers,
      },
      body: JSON.stringify({ query, variables, operationName }),
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
  } catch (error) {
    throw new ApiError(error instanceof Error ? error.message : String(error), { code: 'OFFLINE' });
  }
}

async function read<Answer>(response: Response): Promise<AnswerBody<Answer>> {
  try {
    return (await response.json()) as AnswerBody<Answer>;
  } catch {
    throw new ApiError(`The answer had the status ${response.status} and was not JSON.`, { code: 'UNREADABLE' });
  }
}

/** True where the error took the root field in which it lies, or names none. */
function hasRootFailed({ path: [root] = [] }: AnswerError, data: object): boolean {
  return root === undefined || ((data as Record<string, unknown>)[root] ?? null) === null;
}
