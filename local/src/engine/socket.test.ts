import { afterEach, expect, test } from '@jest/globals';
import { chmodSync, existsSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { makeSocketPath, removeSocketHome } from './socket.ts';

const longDirectory = `/data/${process.pid}/${'long'.repeat(30)}`;

const shortHome = path.dirname(makeSocketPath(longDirectory));

afterEach(() => rmSync(shortHome, { recursive: true, force: true }));

test('a path of exactly 100 bytes stays in the data directory', () => {
  const directory = `/${'d'.repeat(100 - '/'.length - '/engine.sock'.length)}`;
  expect(makeSocketPath(directory)).toBe(`${directory}/engine.sock`);
});

test('a path of 101 bytes leaves the data directory', () => {
  const directory = `/${'d'.repeat(101 - '/'.length - '/engine.sock'.length)}`;
  const socketPath = makeSocketPath(directory);
  removeSocketHome(directory, socketPath);
  expect(socketPath).not.toContain(directory);
});

test('a path with "%" leaves the data directory, because the driver would decode it twice', () => {
  const directory = '/data/100%25';
  const socketPath = makeSocketPath(directory);
  removeSocketHome(directory, socketPath);
  expect(socketPath).not.toContain('%');
});

test('a long directory has the same path every time', () => {
  expect(makeSocketPath(longDirectory)).toBe(makeSocketPath(longDirectory));
});

test('the short directory is for this user only', () => {
  expect(statSync(path.dirname(makeSocketPath(longDirectory))).mode & 0o777).toBe(0o700);
});

test('a short directory that others can enter is refused', () => {
  chmodSync(path.dirname(makeSocketPath(longDirectory)), 0o777);
  expect(() => makeSocketPath(longDirectory)).toThrow('is not a private directory of this user');
});

test('the short directory goes with the socket', () => {
  const socketPath = makeSocketPath(longDirectory);
  removeSocketHome(longDirectory, socketPath);
  expect(existsSync(path.dirname(socketPath))).toBe(false);
});
