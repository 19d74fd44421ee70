import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';

/**
 * Writes a file so that it is there whole or as it was before, also on a full disk and after a power cut: under another name first, on
 * the disk, then renamed. `mode` are its permissions.
 */
export function writeWhole(file: string, text: string, mode = 0o644): void {
  const draft = `${file}.${process.pid}.part`;
  try {
    const opened = openSync(draft, 'w', mode);
    try {
      // A disk that is full may take a part only.
      const bytes = Buffer.from(text);
      for (let written = 0; written < bytes.length;) written += writeSync(opened, bytes, written);
      fsyncSync(opened);
    } finally {
      closeSync(opened);
    }
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
  const folder = openSync(path.dirname(file), 'r');
  fsyncSync(folder);
  closeSync(folder);
}
