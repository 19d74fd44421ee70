import type { SignToken } from '@desk/kit/api/token';
import type { Viewer } from '@desk/kit/api/viewer';

/** The answer to a GraphQL request. */
export interface Answer<Data> {
  data: Data | null;
  errors?: { message: string; path?: (string | number)[]; extensions: { code: string; [detail: string]: unknown } }[];
}

/** Asks one subgraph as a viewer, with a token as the gateway would sign it. */
export type Ask = <Data = Record<string, unknown>>(
  viewer: Viewer,
  query: string,
  variables?: Record<string, unknown>,
) => Promise<Answer<Data>>;

/** A client of the subgraph at an address. */
export function subgraphClient(url: string, service: string, sign: SignToken): Ask {
  return async (viewer, query, variables = {}) => {
    const token = await sign(service, { purpose: 'REQUEST', viewer });
    const answer = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
    });
    return (await answer.json()) as never;
  };
}

/** A mutation whose input is its one variable, `$input`. */
export function mutationText(mutation: string, selection: string): string {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  return `mutation($input: ${type}!) { ${mutation}(input: $input) { ${selection} } }`;
}

/** The one thing that an answer holds. Throws its errors. */
export function done<Done>(answer: Answer<Record<string, unknown>>): Done {
  if (answer.errors) throw new Error(JSON.stringify(answer.errors, null, 1));
  return Object.values(answer.data ?? {})[0] as Done;
}

/** The refusal of a request, without the id that each request has of its own. */
export interface Refused {
  code: string;
  message: string;
  [detail: string]: unknown;
}

/** The refusal that an answer holds. Throws when it holds none. */
export function refusalIn({ data, errors }: Answer<Record<string, unknown>>): Refused {
  if (!errors?.[0]) throw new Error(`it was not refused: ${JSON.stringify(data)}`);
  const { requestId: _ofEachItsOwn, ...extensions } = errors[0].extensions;
  return { message: errors[0].message, ...extensions };
}
