import { expect, test } from '@jest/globals';
import { answerType } from './media-type.ts';

const [GRAPHQL, JSON_ONLY] = ['application/graphql-response+json', 'application/json'];

test.each<[string, string | undefined, string]>([
  ['nothing', undefined, JSON_ONLY],
  ['anything', '*/*', JSON_ONLY],
  ['plain JSON', 'application/json', JSON_ONLY],
  ['a page', 'text/html', JSON_ONLY],
  ['the type for GraphQL', 'application/graphql-response+json', GRAPHQL],
  ['it in capitals, with a character set', 'Application/GraphQL-Response+JSON; charset=utf-8', GRAPHQL],
  ['what Apollo Client asks for', 'application/graphql-response+json,application/json;q=0.9', GRAPHQL],
  ['what urql asks for', 'application/graphql-response+json, application/graphql+json, application/json', GRAPHQL],
  ['rather plain JSON', 'application/json, application/graphql-response+json;q=0.5', JSON_ONLY],
  ['anything but the type for GraphQL', '*/*, application/graphql-response+json;q=0', JSON_ONLY],
  ['a quality that is none', 'application/graphql-response+json;q=x', JSON_ONLY],
])('a client that accepts %s', (_what, accept, type) => {
  expect(answerType(accept)).toBe(`${type}; charset=utf-8`);
});
