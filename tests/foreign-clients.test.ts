import { ApolloClient, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { UrlLoader } from '@graphql-tools/url-loader';
import { startGatewayGround, type GatewayGround } from '@desk/testkit/gateway-ground';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, fetchExchange } from '@urql/core';
import {
  buildClientSchema,
  getIntrospectionQuery,
  isObjectType,
  type GraphQLSchema,
  type IntrospectionQuery,
} from 'graphql';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/** Clients and tools of others, as they come, against the gateway: what a partner would take. */

const TADA = createRequire(import.meta.url)
  .resolve('gql.tada')
  .replace(/dist\/.*$/, 'bin/cli.js');

let ground: GatewayGround;
let api: string;
let authorization: string;

beforeAll(async () => {
  ground = await startGatewayGround();
  api = `${ground.url}/graphql`;
  authorization = `Bearer ${await ground.token('lena')}`;
});
afterAll(() => ground?.close());

describe('Apollo Client', () => {
  const client = (headers: Record<string, string>) =>
    new ApolloClient({ cache: new InMemoryCache(), link: new HttpLink({ uri: api, headers }) });
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'no error',
      (error: unknown) => (CombinedGraphQLErrors.is(error) ? error.errors[0]?.extensions?.['code'] : error),
    );

  test('is answered', async () => {
    const { data } = await client({ authorization }).query({
      query: gql`
        {
          me {
            id
          }
        }
      `,
    });
    expect(data).toMatchObject({ me: { id: 'per_lena' } });
  });

  test('reads the code of a request that does not fit, which is a 400', async () => {
    expect(
      await codeOf(
        client({ authorization }).query({
          query: gql`
            {
              nothing
            }
          `,
        }),
      ),
    ).toBe('GRAPHQL_VALIDATION_FAILED');
    const query = gql`
      query ($first: Int!) {
        incidents(first: $first) {
          totalCount
        }
      }
    `;
    expect(await codeOf(client({ authorization }).query({ query, variables: {} }))).toBe('BAD_USER_INPUT');
  });

  test('reads the code of a request without a token, which is a 401', async () => {
    expect(
      await codeOf(
        client({}).query({
          query: gql`
            {
              me {
                id
              }
            }
          `,
        }),
      ),
    ).toBe('UNAUTHENTICATED');
  });
});

describe('introspection by a user of a distributor', () => {
  test('works with urql', async () => {
    const client = new Client({
      url: api,
      exchanges: [fetchExchange],
      fetchOptions: { headers: { authorization } },
      // The API takes POST alone: a query in an address would stand in the logs of everything between.
      preferGetMethod: false,
    });
    const { data, error } = await client.query<IntrospectionQuery>(getIntrospectionQuery(), {});
    expect(error).toBeUndefined();
    expect(isWhole(buildClientSchema(data as IntrospectionQuery))).toBe(true);
  });

  test('works with the loader of GraphQL Code Generator', async () => {
    const [source] = await new UrlLoader().load(api, { headers: { authorization } });
    expect(source?.schema && isWhole(source.schema)).toBe(true);
  });

  test('works with gql.tada', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'desk-'));
    const output = path.join(directory, 'schema.graphql');
    const header = `authorization: ${authorization}`;
    await promisify(execFile)(process.execPath, [TADA, 'generate-schema', api, '--output', output, '--header', header]);
    const sdl = await readFile(output, 'utf8');
    await rm(directory, { recursive: true });
    expect(sdl).toMatch(/type Incident implements Node/);
  });
});

function isWhole(schema: GraphQLSchema): boolean {
  const incident = schema.getType('Incident');
  return isObjectType(incident) && 'organization' in incident.getFields() && schema.getSubscriptionType() !== undefined;
}
