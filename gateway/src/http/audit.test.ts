import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startGatewayGround, type GatewayGround } from '@desk/testkit/gateway-ground';
import { serverAudits } from 'graphql-http';

let ground: GatewayGround;
let authorization: string;
beforeAll(async () => {
  ground = await startGatewayGround();
  authorization = `Bearer ${await ground.token('demo-partner')}`;
});
afterAll(() => ground.close());

const signedIn: typeof fetch = (input, init) => {
  const headers = new Headers(init?.headers);
  headers.set('authorization', authorization);
  return fetch(input, { ...init, headers });
};

const AUDITS = serverAudits({ url: () => `${ground.url}/graphql`, fetchFn: signedIn });
/** The desk takes no GET, so that no link carries an operation. */
const NOT_TAKEN = /GET/;

test.each(AUDITS.filter(({ name }) => !NOT_TAKEN.test(name)).map((audit) => [audit.name, audit] as const))(
  'GraphQL over HTTP: %s',
  async (_name, audit) => {
    const result = await audit.fn();
    expect([result.status, 'reason' in result ? result.reason : null]).toEqual(['ok', null]);
  },
);
