import { expect, test } from '@jest/globals';
import { ManualTime } from '@desk/kit/time/time-source';
import { createSessions } from './session.ts';

const SECRET = 'thirty-two bytes and a few more of them';
const HOUR_MS = 60 * 60 * 1_000;
const LENA = { login: 'lena', name: 'Lena' };

function ground({ secrets = [SECRET], https = true } = {}) {
  const time = new ManualTime('2026-04-06T12:00:00.000Z');
  return { time, sessions: createSessions({ secrets, https, time }) };
}

/** What a browser sends back of a `Set-Cookie`. */
const cookieOf = (setCookie: string) => setCookie.split(';')[0] ?? '';

test('a session is read back as it was started', async () => {
  const { sessions } = ground();
  const cookie = cookieOf(await sessions.start(LENA));
  expect(await sessions.read(`other=1; ${cookie}`)).toMatchObject(LENA);
});

test('the cookie is bound to this host, hidden from scripts, and not sent by other sites’ forms', async () => {
  const setCookie = await ground().sessions.start(LENA);
  expect(setCookie).toMatch(/^__Host-desk=[\w.-]+; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/);
});

test('over plain http the cookie has no prefix that browsers would refuse', async () => {
  expect(await ground({ https: false }).sessions.start(LENA)).toMatch(/^desk=(?!.*Secure)/);
});

test('the cookie does not show who signed in', async () => {
  const [, sealed = ''] = cookieOf(await ground().sessions.start(LENA)).split('=');
  const parts = sealed.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'));
  expect(parts.join()).not.toMatch(/lena/i);
});

test('a cookie with any one character changed is no session', async () => {
  const { sessions } = ground();
  const cookie = cookieOf(await sessions.start(LENA));
  const start = cookie.indexOf('=') + 1;
  const read: unknown[] = [];
  for (let at = start; at < cookie.length; at++) {
    // Of the last character of a part some bits mean nothing, so the change is one that counts in every place.
    const other = cookie[at] === 'A' ? 'z' : 'A';
    const changed = cookie.slice(0, at) + other + cookie.slice(at + 1);
    if (cookie[at] !== '.' && (at + 1 === cookie.length || cookie[at + 1] === '.')) continue;
    read.push(await sessions.read(changed));
  }
  expect(read.filter((session) => session !== null)).toEqual([]);
});

test('a cookie sealed with another secret is no session', async () => {
  const cookie = cookieOf(await ground({ secrets: [`${SECRET} but another`] }).sessions.start(LENA));
  expect(await ground().sessions.read(cookie)).toBeNull();
});

test('a session outlasts a new secret for as long as the old one is listed', async () => {
  const cookie = cookieOf(await ground().sessions.start(LENA));
  const rotated = ground({ secrets: [`${SECRET} but newer`, SECRET] });
  const session = await rotated.sessions.read(cookie);
  expect(session).toMatchObject(LENA);
  rotated.time.advance(6 * 60_000);
  const newer = cookieOf((session && (await rotated.sessions.renew(session))) ?? '');
  expect(await ground({ secrets: [`${SECRET} but newer`] }).sessions.read(newer)).toMatchObject(LENA);
});

test('a session ends after eight hours without use', async () => {
  const { time, sessions } = ground();
  const cookie = cookieOf(await sessions.start(LENA));
  const ends: boolean[] = [];
  time.advance(8 * HOUR_MS - 1);
  ends.push((await sessions.read(cookie)) === null);
  time.advance(1);
  ends.push((await sessions.read(cookie)) === null);
  expect(ends).toEqual([false, true]);
});

test('a session in use ends twelve hours after it began', async () => {
  const { time, sessions } = ground();
  let cookie = cookieOf(await sessions.start(LENA));
  let hours = 0;
  for (; hours < 24; hours++) {
    const session = await sessions.read(cookie);
    if (!session) break;
    cookie = cookieOf((await sessions.renew(session)) ?? cookie);
    time.advance(HOUR_MS);
  }
  expect(hours).toBe(12);
});

test('a cookie is made anew when it is older than five minutes', async () => {
  const { time, sessions } = ground();
  const cookie = cookieOf(await sessions.start(LENA));
  const renewed: boolean[] = [];
  for (const ms of [5 * 60_000 - 1, 1]) {
    time.advance(ms);
    const session = await sessions.read(cookie);
    renewed.push(session !== null && (await sessions.renew(session)) !== null);
  }
  expect(renewed).toEqual([false, true]);
});

test('a session keeps its name in newer cookies, and another sign-in has another', async () => {
  const { time, sessions } = ground();
  const first = await sessions.read(cookieOf(await sessions.start(LENA)));
  time.advance(6 * 60_000);
  const newer = await sessions.read(cookieOf((first && (await sessions.renew(first))) ?? ''));
  const other = await sessions.read(cookieOf(await sessions.start(LENA)));
  expect([newer?.id === first?.id, other?.id === first?.id]).toEqual([true, false]);
});

test('a cookie that waits for the return from sign-in is no session', async () => {
  const { time, sessions } = ground();
  const { sealedCookie } = await import('./sealed-cookie.ts');
  const other = sealedCookie({ name: 'desk-sign-in', secrets: [SECRET], https: true, time });
  const sealed = await other.give({ ...LENA, startedAt: 0, seenAt: 0 }, new Date(time.now().getTime() + HOUR_MS));
  expect(await sessions.read(cookieOf(sealed).replace('desk-sign-in', 'desk'))).toBeNull();
});

test('ending a session takes the cookie from the browser', () => {
  expect(ground().sessions.end()).toMatch(/^__Host-desk=; Path=\/; Expires=Thu, 01 Jan 1970/);
});
