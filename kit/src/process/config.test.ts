import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { ConfigProblem, milliseconds, readConfig } from './config.ts';
import { SUBGRAPH_SETTINGS } from '../service/settings.ts';
import { generateTokenKeys } from '../api/token.ts';

const { signing, verify } = await generateTokenKeys();
const RIGHT = {
  PORT: '4001',
  MONGODB_URI: 'mongodb://localhost/',
  MONGODB_DATABASE: 'things',
  INTERNAL_VERIFY_KEYS: JSON.stringify(verify),
  INTERNAL_SIGNING_KEY: JSON.stringify(signing),
  REDIS_URL: 'redis://localhost',
};

function problemsOf(environment: Record<string, string>): string[] {
  try {
    readConfig(SUBGRAPH_SETTINGS, environment);
  } catch (error) {
    if (error instanceof ConfigProblem) return error.problems;
    throw error;
  }
  return [];
}

test('settings are read as their types, with defaults', () => {
  expect(readConfig(SUBGRAPH_SETTINGS, RIGHT)).toEqual({
    ...RIGHT,
    INTERNAL_VERIFY_KEYS: verify,
    INTERNAL_SIGNING_KEY: signing,
    PORT: 4001,
    HOST: '127.0.0.1',
    REDIS_PREFIX: '',
    LOG_LEVEL: 'info',
  });
});

test('a variable that is not named is not read', () => {
  expect(readConfig({ WAIT_MS: milliseconds }, { WAIT_MS: '5', PATH: '/bin' })).toEqual({ WAIT_MS: 5 });
});

test('every wrong setting is named at once', () => {
  const problems = problemsOf({ PORT: '70000', MONGODB_URI: 'postgres://x', REDIS_URL: 'x', LOG_LEVEL: 'loud' });
  expect(problems.map((problem) => problem.split(':')[0]).sort()).toEqual([
    'INTERNAL_SIGNING_KEY',
    'INTERNAL_VERIFY_KEYS',
    'LOG_LEVEL',
    'MONGODB_DATABASE',
    'MONGODB_URI',
    'PORT',
    'REDIS_URL',
  ]);
});

test('a missing setting is told apart from a wrong one, and says what it is for', () => {
  const { MONGODB_URI: _missing, ...rest } = RIGHT;
  expect(problemsOf(rest)).toEqual(['MONGODB_URI: is missing. A MongoDB connection string.']);
});

test('an empty setting counts as missing', () => {
  expect(problemsOf({ ...RIGHT, MONGODB_DATABASE: '' })).toEqual([expect.stringContaining('is missing')]);
});

test('an empty optional setting counts as left out', () => {
  expect(readConfig({ PLACE: z.string().optional() }, { PLACE: '' })).toEqual({});
});

test('a process does not start without Redis, which carries its events', () => {
  expect(problemsOf({ ...RIGHT, REDIS_URL: '' })).toEqual([
    'REDIS_URL: is missing. Redis, for events between processes.',
  ]);
});

describe('a setting that would fail later is refused at once, without a word of it', () => {
  const { d: _private, ...publicPart } = signing;
  const text = RIGHT.INTERNAL_SIGNING_KEY;

  test.each<[string, keyof typeof RIGHT, string]>([
    ['a key that is cut short', 'INTERNAL_SIGNING_KEY', text.slice(0, -1)],
    ['a key whose names have no quotes', 'INTERNAL_SIGNING_KEY', text.replace('"kty"', 'kty')],
    ['a key within quotes', 'INTERNAL_SIGNING_KEY', `'${text}'`],
    ['a key of nothing', 'INTERNAL_SIGNING_KEY', '{}'],
    ['a public key to sign with', 'INTERNAL_SIGNING_KEY', JSON.stringify(publicPart)],
    ['no key set', 'INTERNAL_VERIFY_KEYS', '{}'],
    ['a set without keys', 'INTERNAL_VERIFY_KEYS', '{"keys":[]}'],
    ['a key in the place of a set', 'INTERNAL_VERIFY_KEYS', JSON.stringify(publicPart)],
    ['a private key in the set', 'INTERNAL_VERIFY_KEYS', JSON.stringify({ keys: [signing] })],
    ['weak writes', 'MONGODB_URI', 'mongodb://user:pass-1234@host/?w=1'],
  ])('%s', (_what, name, value) => {
    const [problem = '', ...more] = problemsOf({ ...RIGHT, [name]: value });
    expect([problem.split(':')[0], more]).toEqual([name, []]);
    for (const secret of [String(signing.d).slice(0, 8), 'pass-1234']) expect(problem).not.toContain(secret);
  });

  test('and with all the others', () => {
    const wrong = { INTERNAL_SIGNING_KEY: '{}', INTERNAL_VERIFY_KEYS: '{}', MONGODB_URI: 'mongodb://host/?w=1' };
    expect(problemsOf({ ...RIGHT, ...wrong })).toHaveLength(3);
  });
});

test('a wrong value is not repeated: it may be a secret', () => {
  const problem = problemsOf({ ...RIGHT, MONGODB_URI: 'postgres://user:pass-1234@host' }).join();
  expect(problem).toContain('MONGODB_URI');
  expect(problem).not.toContain('pass-1234');
});

test('the text that ends the process names the setting on a line of its own', () => {
  expect(new ConfigProblem(['A: x', 'B: y']).message.split('\n').slice(1)).toEqual(['  A: x', '  B: y']);
});

describe('a length of time', () => {
  test.each(['0', '-1', '1.5', 'ten'])('is a whole number of milliseconds from 1: not %s', (value) => {
    expect(() => readConfig({ WAIT_MS: milliseconds }, { WAIT_MS: value })).toThrow('WAIT_MS');
  });
});

test('an error that is no wrong setting passes through', () => {
  const broken = z.string().transform(() => {
    throw new TypeError('a mistake of ours');
  });
  expect(() => readConfig({ A: broken }, { A: 'x' })).toThrow(TypeError);
});
