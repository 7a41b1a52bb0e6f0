import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

import { FileUnreadableError, FileUnwritableError } from '@volttron-ts/storage';

/** The largest line that is looked for at the end of a file. */
const MAX_LINE = 1_048_576;

/** The end of a file of lines. */
export interface FileTail {
  /** The last whole line without its newline; undefined when there is none. */
  readonly line: Buffer | undefined;
  /** What stands behind the last newline: a line whose writing was interrupted. */
  readonly torn: Buffer;
}

/** A file of lines that only grows, each append being on the disk when it settles. */
export class AppendFile {
  readonly path: string;
  readonly #file: FileHandle;
  /** Where the last good line ends. */
  #size: number;
  /** An append failed, and so did taking off what it left. */
  #dirty = false;

  private constructor(path: string, file: FileHandle, size: number) {
    this.path = path;
    this.#file = file;
    this.#size = size;
  }

  /** @throws FileUnreadableError */
  static async open(path: string): Promise<AppendFile> {
    try {
      const file = await open(path, 'a+', 0o600);
      await syncFolderOf(path);
      return new AppendFile(path, file, (await file.stat()).size);
    } catch (error) {
      throw new FileUnreadableError(path, error);
    }
  }

  async tail(): Promise<FileTail> {
    const length = Math.min(this.#size, MAX_LINE);
    const bytes = Buffer.alloc(length);
    await this.#file.read(bytes, 0, length, this.#size - length);
    const end = bytes.lastIndexOf(10);
    if (end < 0) return { line: undefined, torn: bytes };
    const lines = bytes.subarray(0, end);
    return { line: lines.subarray(lines.lastIndexOf(10) + 1), torn: bytes.subarray(end + 1) };
  }

  /** Takes the last bytes off, which are no whole line. */
  async cut(bytes: number): Promise<void> {
    await this.#truncate(this.#size - bytes);
  }

  /**
   * Appends whole lines. What a failed append left is taken off again, so that no later line is glued to it.
   *
   * @throws FileUnwritableError
   */
  async append(lines: string): Promise<void> {
    const data = Buffer.from(lines);
    try {
      if (this.#dirty) await this.#truncate(this.#size);
      await this.#file.appendFile(data);
      await this.#file.datasync();
      this.#size += data.length;
    } catch (error) {
      this.#dirty = true;
      await this.#truncate(this.#size).catch(() => undefined);
      throw new FileUnwritableError(this.path, error);
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #truncate(size: number): Promise<void> {
    await this.#file.truncate(size);
    await this.#file.datasync();
    this.#size = size;
    this.#dirty = false;
  }
}

/** A file that was just made is durable once its folder is. */
async function syncFolderOf(path: string): Promise<void> {
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
