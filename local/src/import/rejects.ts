import type { Reject } from '@desk/tickets/import/file';
import { ImportProblem } from '@desk/tickets/import/mapping';
import { open, type FileHandle } from 'node:fs/promises';

/** A CSV file of the rows that an import did not take over: line of the file, reason, and the row as it stood there. */
export class RejectsFile {
  readonly #handle: FileHandle;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Begins the file anew. Throws ImportProblem when it cannot be written. */
  static async create(file: string): Promise<RejectsFile> {
    try {
      const handle = await open(file, 'w', 0o600); // It holds what the export holds: for its owner only.
      await handle.writeFile('row,reason,raw\n');
      return new RejectsFile(handle);
    } catch (error) {
      throw new ImportProblem([`The rejects file ${file} cannot be written: ${(error as Error).message}.`]);
    }
  }

  async add(rejects: readonly Reject[]): Promise<void> {
    await this.#handle.writeFile(
      rejects.map(({ line, reason, raw }) => `${line},${quoted(reason)},${quoted(raw)}\n`).join(''),
    );
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
