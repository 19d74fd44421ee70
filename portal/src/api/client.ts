import type { TypedDocument } from '../generated/api.ts';

/** Longest wait for an answer, in milliseconds. The gateway gives up at 25 s. */
const ANSWER_MS_MAX = 28_000;
/** A request that was refused for its rate waits by itself at most so long, in milliseconds; a longer wait is told. */
const RATE_WAIT_MS_MAX = 3_000;
const RATE_ATTEMPTS_MAX = 4;

/** One wrong field, by its path from the operation's arguments: `input.title`. */
export interface FieldProblem {
  path: string;
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

/** Organizations that the requests of this page act for, by id. An agent chooses them; empty for everybody else. */
let actingFor: readonly string[] = [];

/** Says for whom the following requests act. */
export function actFor(organizationIds: readonly string[]): void {
  actingFor = organizationIds;
}

/** For whom the requests of this page act. */
export function actsFor(): readonly string[] {
  return actingFor;
}

/** Called when the API says that nobody is signed in. */
let onSignedOut: () => void = () => undefined;

/** Names the one listener that hears that the session ended. */
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

/**
 * Sends one query or mutation and returns its data. Throws an `ApiError`: with the API's code, with `OFFLINE` when no answer
 * came, with `UNREADABLE` when the answer was not one of the API.
 */
export async function request<Answer, Variables>(
  query: TypedDocument<Answer, Variables>,
  ...[variables]: Record<string, never> extends Variables ? [] : [Variables]
): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await requestOnce(query, variables);
    } catch (error) {
      // What was refused for its rate was not begun, so sending it again is harmless; a person would only press the button again.
      const waitMs = error instanceof ApiError && error.code === 'RATE_LIMITED' ? error.retryAfterMs : null;
      if (waitMs === null || waitMs > RATE_WAIT_MS_MAX || attempt >= RATE_ATTEMPTS_MAX) throw error;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

async function requestOnce<Answer>(query: string, variables: unknown): Promise<Answer> {
  const response = await send(query, variables);
  const body = await read<Answer>(response);
  const [first] = body.errors ?? [];
  if (first) {
    const error = new ApiError(first.message, first.extensions ?? {});
    if (error.code === 'UNAUTHENTICATED') onSignedOut();
    // A field of another part of the desk may be missing while the rest is there: what came is shown.
    if (!body.data || error.code === 'UNAUTHENTICATED' || !partIsMissing(first)) throw error;
  }
  if (!body.data)
    throw new ApiError(`The answer had the status ${response.status} and no data.`, { code: 'UNREADABLE' });
  return body.data;
}

interface AnswerBody<Answer> {
  data?: Answer | null;
  errors?: { message: string; path?: (string | number)[]; extensions?: Record<string, unknown> }[];
}

async function send(query: string, variables: unknown): Promise<Response> {
  const operationName = /^\w+ (\w+)/.exec(query)?.[1];
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/graphql-response+json, application/json',
    'desk-csrf': '1',
  };
  if (actingFor.length > 0) headers['desk-acting-for'] = actingFor.join(',');
  try {
    return await fetch('/graphql', {
      method: 'POST',
      headers,
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
    if (response.status === 401) onSignedOut();
    throw new ApiError(`The answer had the status ${response.status} and was not JSON.`, { code: 'UNREADABLE' });
  }
}

function partIsMissing(error: { path?: (string | number)[]; extensions?: Record<string, unknown> }): boolean {
  return error.extensions?.code === 'SERVICE_UNAVAILABLE' && (error.path?.length ?? 0) > 1;
}
