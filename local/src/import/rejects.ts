import type { Reject } from '@desk/tickets/import/file';
import { ImportProblem } from '@desk/tickets/import/mapping';
import { open, rm, type FileHandle } from 'node:fs/promises';

/** The mark is what Excel knows accents by. */
const HEADER = '\ufeffrow,reason,raw\n';

/** A CSV file of the rows that an import did not take over: line of the file, reason, and the row as it stood there. */
export class RejectsFile {
  readonly #file: string;
  readonly #handle: FileHandle;
  #count = 0;

  private constructor(file: string, handle: FileHandle) {
    this.#file = file;
    this.#handle = handle;
  }

  /** Begins the file anew. Throws ImportProblem when it cannot be written, or holds anything but rejects. */
  static async create(file: string): Promise<RejectsFile> {
    try {
      const handle = await open(file, 'a+', 0o600); // It holds what the export holds: for its owner only.
      if (!(await mayBeReplaced(handle))) {
        await handle.close();
        throw new ImportProblem([`${file} is no rejects file and is not written over: give another with --rejects.`]);
      }
      await handle.truncate();
      await handle.writeFile(HEADER);
      return new RejectsFile(file, handle);
    } catch (error) {
      if (error instanceof ImportProblem) throw error;
      throw new ImportProblem([`The rejects file ${file} cannot be written: ${(error as Error).message}.`]);
    }
  }

  async add(rejects: readonly Reject[]): Promise<void> {
    this.#count += rejects.length;
    await this.#handle.writeFile(
      rejects.map(({ line, reason, raw }) => `${line},${quoted(reason)},${quoted(raw)}\n`).join(''),
    );
  }

  /** Ends the file; without a reject it is removed. */
  async close(): Promise<void> {
    await this.#handle.close();
    if (this.#count === 0) await rm(this.#file);
  }
}

/** True for an empty file and for one of an earlier import, with or without its mark. */
async function mayBeReplaced(handle: FileHandle): Promise<boolean> {
  if (!(await handle.stat()).isFile()) return false;
  const begin = Buffer.alloc(Buffer.byteLength(HEADER));
  const { bytesRead } = await handle.read(begin, 0, begin.length, 0);
  const text = begin.subarray(0, bytesRead).toString();
  return text === '' || text === HEADER || text.startsWith(HEADER.slice(1));
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
