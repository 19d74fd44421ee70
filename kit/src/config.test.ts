import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { ConfigProblem, SUBGRAPH_SETTINGS, milliseconds, readConfig } from './config.ts';

const RIGHT = {
  MONGODB_URI: 'mongodb://localhost/',
  MONGODB_DATABASE: 'things',
  INTERNAL_VERIFY_KEYS: '{}',
  INTERNAL_SIGNING_KEY: '{}',
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
  expect(readConfig(SUBGRAPH_SETTINGS, { ...RIGHT, PORT: '4001' })).toEqual({
    ...RIGHT,
    PORT: 4001,
    HOST: '127.0.0.1',
    REDIS_PREFIX: '',
    LOG_LEVEL: 'info',
  });
});

test('what is not named is not read', () => {
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
  expect(readConfig(SUBGRAPH_SETTINGS, { ...RIGHT, REDIS_URL: '' }).REDIS_URL).toBeUndefined();
});

test('a wrong setting’s value is not told: it may be a secret', () => {
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
