const GRAPHQL = 'application/graphql-response+json';
const JSON_ONLY = 'application/json';

/**
 * The media type of an answer to a GraphQL request, by GraphQL over HTTP: the one for GraphQL where the client names it and does not
 * prefer plain JSON. A client that names neither gets plain JSON, as before there was the other.
 */
export function answerType(accept: string | undefined): string {
  const wanted = qualities(accept ?? '');
  const [graphql, json] = [wanted.get(GRAPHQL) ?? 0, wanted.get(JSON_ONLY) ?? 0];
  return `${graphql > 0 && graphql >= json ? GRAPHQL : JSON_ONLY}; charset=utf-8`;
}

/**
 * True for a client that asks for plain JSON by its name. GraphQL over HTTP wants a 200 for such a client also where the operation does not
 * fit: an intermediary may answer 400 with JSON of its own.
 */
export function asksForPlainJson(accept: string | undefined): boolean {
  return answerType(accept).startsWith(JSON_ONLY) && (qualities(accept ?? '').get(JSON_ONLY) ?? 0) > 0;
}

/** The media types that a header names, with how much each is wanted. */
function qualities(accept: string): Map<string, number> {
  const wanted = new Map<string, number>();
  for (const range of accept.split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const given = parameters.find((parameter) => parameter.startsWith('q='));
    const quality = given === undefined ? 1 : Number(given.slice('q='.length));
    if (quality >= 0 && quality <= 1) wanted.set(type, Math.max(quality, wanted.get(type) ?? 0));
  }
  return wanted;
}
