import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { startGatewayGround, type GatewayGround } from '@desk/testkit/gateway-ground';

let ground: GatewayGround;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'desk-portal-'));
  const portalDirectory = path.join(folder, 'dist');
  mkdirSync(path.join(portalDirectory, 'assets'), { recursive: true });
  writeFileSync(path.join(folder, 'secret.txt'), 'not for you');
  writeFileSync(path.join(portalDirectory, 'index.html'), '<title>The portal</title>');
  writeFileSync(path.join(portalDirectory, 'explorer.html'), '<title>The explorer</title>');
  writeFileSync(path.join(portalDirectory, 'favicon.svg'), '<svg/>');
  const main = path.join(portalDirectory, 'assets', 'main-abc123.js');
  writeFileSync(main, 'export {};');
  writeFileSync(`${main}.br`, brotliCompressSync('export {};'));
  writeFileSync(`${main}.gz`, gzipSync('export {};'));
  ground = await startGatewayGround({ config: { portalDirectory } });
});
afterAll(async () => {
  await ground.close();
  rmSync(folder, { recursive: true });
});

async function open(where: string, accept = 'text/html,*/*') {
  const answer = await fetch(`${ground.url}${where}`, { headers: { accept }, redirect: 'manual' });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

test.each(['/', '/incidents', '/incidents/inc_1?tab=history', '/explore'])(
  '%s is a page of the portal',
  async (where) => {
    expect((await open(where)).text).toContain('The portal');
  },
);

test('the explorer has a page of its own', async () => {
  expect((await open('/explorer')).text).toContain('The explorer');
});

test('hashed files may be kept for ever', async () => {
  expect((await open('/assets/main-abc123.js')).headers.get('cache-control')).toBe(
    'public, max-age=31536000, immutable',
  );
});

test.each([
  ['br, gzip', 'br'],
  ['gzip, deflate', 'gzip'],
  ['identity', null],
])('a browser that reads %s gets a file so', async (encodings, encoding) => {
  const answer = await fetch(`${ground.url}/assets/main-abc123.js`, { headers: { 'accept-encoding': encodings } });
  expect([
    answer.headers.get('content-encoding'),
    answer.headers.get('content-type'),
    answer.headers.get('cache-control'),
    await answer.text(),
  ]).toEqual([encoding, 'application/javascript; charset=utf-8', 'public, max-age=31536000, immutable', 'export {};']);
  expect(answer.headers.get('vary')).toContain('accept-encoding');
});

test.each(['/', '/favicon.svg', '/explorer'])('%s is asked for anew each time', async (where) => {
  expect((await open(where)).headers.get('cache-control')).toBe('no-cache');
});

test('a page brings the policy that keeps foreign scripts out', async () => {
  expect((await open('/')).headers.get('content-security-policy')).toContain("script-src 'self';");
});

test('inline styles are for the explorer’s editor alone', async () => {
  const policy = async (where: string) => (await open(where)).headers.get('content-security-policy');
  expect(await policy('/')).toContain("style-src 'self';");
  expect(await policy('/explorer')).toContain("style-src 'self' 'unsafe-inline';");
});

test.each(['/assets/main-old.js', '/session/more', '/demo/nothing'])('%s is no page of the portal', async (where) => {
  expect((await open(where)).status).toBe(404);
});

test('a program that does not ask for a page gets none', async () => {
  expect((await open('/incidents', 'application/json')).status).toBe(404);
});

test.each(['/../secret.txt', '/%2e%2e/secret.txt', '/assets/..%2f..%2fsecret.txt', '/..%5csecret.txt'])(
  '%s does not leave the portal’s files',
  async (where) => {
    expect((await open(where)).text).not.toContain('not for you');
  },
);

test('who is signed in is asked for anew each time', async () => {
  expect((await open('/session')).headers.get('cache-control')).toBe('no-store');
});
