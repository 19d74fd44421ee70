import { expect, test } from '@jest/globals';
import { ConfigProblem } from '@desk/kit/process/config';
import { generateTokenKeys } from '@desk/kit/api/token';
import { DOMAINS } from '@desk/schema/domains';
import { readGatewayConfig } from './config.ts';

const { signing } = await generateTokenKeys();
const RIGHT = {
  PUBLIC_URL: 'https://desk.example.ca',
  ...Object.fromEntries(DOMAINS.map((domain) => [`${domain.toUpperCase()}_URL`, `http://${domain}:4001/`])),
  INTERNAL_SIGNING_KEY: JSON.stringify(signing),
  REDIS_URL: 'redis://redis:6379',
  OIDC_ISSUER: 'https://login.example.ca/realms/desk',
  OIDC_CLIENT_ID: 'desk',
  SESSION_SECRET: 'x'.repeat(32),
  ACCESS_TOKEN_AUDIENCE: 'https://desk.example.ca/graphql',
};

function problems(environment: Record<string, string | undefined>): string[] {
  try {
    readGatewayConfig(environment);
    return [];
  } catch (error) {
    return error instanceof ConfigProblem
      ? error.problems.map((problem) => problem.split(':')[0] ?? '')
      : [String(error)];
  }
}

test('right settings are read, with defaults for the rest', () => {
  expect(readGatewayConfig(RIGHT).config).toEqual({
    host: '127.0.0.1',
    port: 4_000,
    publicUrl: 'https://desk.example.ca',
    subgraphs: Object.fromEntries(DOMAINS.map((domain) => [domain, `http://${domain}:4001`])),
    signIn: {
      issuer: 'https://login.example.ca/realms/desk',
      clientId: 'desk',
      clientSecret: null,
      sessionSecrets: [RIGHT.SESSION_SECRET],
      audience: 'https://desk.example.ca/graphql',
      demo: false,
    },
    allowedOrigins: [],
    portalDirectory: null,
    shutdownMs: 15_000,
    compilePlans: true,
  });
});

test('one pattern gives the address of every service that has none of its own', () => {
  const { config } = readGatewayConfig({
    ...RIGHT,
    ...Object.fromEntries(DOMAINS.map((domain) => [`${domain.toUpperCase()}_URL`, ''])),
    SERVICES_URL: 'http://{service}:4000',
    TICKETS_URL: 'http://localhost:4711',
  });
  expect(config.subgraphs).toEqual({
    ...Object.fromEntries(DOMAINS.map((domain) => [domain, `http://${domain}:4000`])),
    tickets: 'http://localhost:4711',
  });
});

test('a pattern that names no service is wrong', () => {
  expect(problems({ ...RIGHT, SERVICES_URL: 'http://localhost:4000' })).toEqual(['SERVICES_URL']);
});

test('without any setting every one that is needed is named', () => {
  expect(problems({}).sort()).toEqual(Object.keys(RIGHT).sort());
});

test('several wrong settings are named at once', () => {
  const wrong = { PUBLIC_URL: 'desk.example.ca', PORT: 'http', SESSION_SECRET: 'short', LOG_LEVEL: 'loud' };
  expect(problems({ ...RIGHT, ...wrong }).sort()).toEqual(['LOG_LEVEL', 'PORT', 'PUBLIC_URL', 'SESSION_SECRET']);
});

test('the session’s secret may be several, each long enough', () => {
  const [newer, older] = ['n'.repeat(32), 'o'.repeat(32)];
  const { config } = readGatewayConfig({ ...RIGHT, SESSION_SECRET: `${newer}, ${older}` });
  expect(config.signIn.sessionSecrets).toEqual([newer, older]);
  expect(problems({ ...RIGHT, SESSION_SECRET: `${newer}, short` })).toEqual(['SESSION_SECRET']);
});

test('the length of the session’s secret is counted in bytes', () => {
  expect(problems({ ...RIGHT, SESSION_SECRET: 'é'.repeat(16) })).toEqual([]);
});

test.each(['https://desk.example.ca/portal', 'https://desk.example.ca?x', 'ftp://desk.example.ca'])(
  'a public address like %s is refused',
  (PUBLIC_URL) => {
    expect(problems({ ...RIGHT, PUBLIC_URL })).toEqual(['PUBLIC_URL']);
  },
);

test('further origins are read from a list with commas', () => {
  const ALLOWED_ORIGINS = 'https://a.example, https://b.example:8443';
  expect(readGatewayConfig({ ...RIGHT, ALLOWED_ORIGINS }).config.allowedOrigins).toEqual([
    'https://a.example',
    'https://b.example:8443',
  ]);
});

test.each(['null', '*', 'https://a.example/path', 'a.example'])('%s is no origin', (ALLOWED_ORIGINS) => {
  expect(problems({ ...RIGHT, ALLOWED_ORIGINS })[0]).toMatch(/^ALLOWED_ORIGINS/);
});

test('in production sign-in does not go over plain http', () => {
  expect(problems({ ...RIGHT, NODE_ENV: 'production', OIDC_ISSUER: 'http://login.example.ca' })).toEqual([
    'OIDC_ISSUER',
  ]);
});

test.each([
  ['PUBLIC_URL', 'http://desk.example.ca'],
  ['ALLOWED_ORIGINS', 'https://a.example, http://b.example'],
])('in production %s does not give the session to plain http', (name, value) => {
  expect(problems({ ...RIGHT, NODE_ENV: 'production', [name]: value })).toEqual([name]);
  expect(problems({ ...RIGHT, [name]: value })).toEqual([]);
});

test('in production this machine may be reached by plain http', () => {
  const local = { PUBLIC_URL: 'http://localhost:4000', ALLOWED_ORIGINS: 'http://127.0.0.1:5173' };
  expect(problems({ ...RIGHT, NODE_ENV: 'production', ...local })).toEqual([]);
});

test('in production there is no demo sign-in', () => {
  expect(problems({ ...RIGHT, NODE_ENV: 'production', DEMO_SIGN_IN: 'true' })).toEqual(['DEMO_SIGN_IN']);
});
