import type { BigIntStats } from 'node:fs';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '@volttron-ts/storage';
import { checkIdentity, isIdentity, VipError } from '@volttron-ts/vip-core';
import { StoreUnreadableError } from '../../errors.ts';
import { ConfigDocument } from './config-document.ts';

const EXTENSION = '.store';
/** Files of writeFileAtomic that were never renamed. */
const LEFT_BEHIND = /^\..+\.store\.[0-9a-f]{12}\.tmp$/;

interface Known {
  /** Tells whether the file is still the one that was read. */
  readonly stamp: string;
  readonly document: ConfigDocument;
}

/**
 * The files of all stores, one an identity. Each reading looks whether the file is still the one that was read last, so
 * that what an editor or another program wrote counts from the next call on.
 */
export class ConfigFiles {
  readonly #folder: string;
  readonly #onProblem: (identity: string, problem: string) => void;
  readonly #known = new Map<string, Known>();

  constructor(folder: string, onProblem: (identity: string, problem: string) => void) {
    this.#folder = folder;
    this.#onProblem = onProblem;
  }

  /** Makes the folder, and clears it of what a crash in the middle of writing left. */
  async open(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const left = (await readdir(this.#folder)).filter((name) => LEFT_BEHIND.test(name));
    await Promise.all(left.map((name) => rm(join(this.#folder, name), { force: true })));
  }

  /** Reads every store, for what is wrong with them to be told before an agent asks. */
  async check(): Promise<void> {
    for (const identity of await this.identities()) {
      await this.read(identity).catch((error: unknown) => {
        this.#onProblem(identity, error instanceof VipError ? error.line : String(error));
      });
    }
  }

  /** Sorted. */
  async identities(): Promise<string[]> {
    const names = (await readdir(this.#folder)).filter((name) => name.endsWith(EXTENSION));
    return names
      .map((name) => name.slice(0, -EXTENSION.length))
      .filter(isIdentity)
      .sort();
  }

  /** A missing file is an empty store. Throws StoreUnreadableError, InvalidValueError for what is no identity. */
  async read(identity: string): Promise<ConfigDocument> {
    const path = this.#path(identity);
    const file = await openExisting(path);
    if (file === undefined) {
      this.#known.delete(identity);
      return ConfigDocument.empty;
    }
    try {
      return await this.#readOpen(identity, path, file);
    } finally {
      await file.close();
    }
  }

  /** Replaces the file, or deletes it when nothing is left. Throws FileUnwritableError. */
  async write(identity: string, document: ConfigDocument): Promise<void> {
    const path = this.#path(identity);
    if (document.isEmpty) {
      await rm(path, { force: true });
      this.#known.delete(identity);
      return;
    }
    const text = document.toText();
    await writeFileAtomic(path, text);
    await this.#remember(identity, path, text.length, document);
  }

  async #readOpen(identity: string, path: string, file: FileHandle): Promise<ConfigDocument> {
    const stamp = stampOf(await file.stat({ bigint: true }));
    const known = this.#known.get(identity);
    if (known?.stamp === stamp) return known.document;
    const document = ConfigDocument.of(asObject(path, await textOf(path, file)));
    for (const problem of document.problems) this.#onProblem(identity, problem);
    this.#known.set(identity, { stamp, document });
    return document;
  }

  /** Unless another program has replaced it meanwhile. */
  async #remember(identity: string, path: string, size: number, document: ConfigDocument): Promise<void> {
    this.#known.delete(identity);
    const found = await stat(path, { bigint: true }).catch(() => undefined);
    if (found?.size === BigInt(size)) this.#known.set(identity, { stamp: stampOf(found), document });
  }

  #path(identity: string): string {
    return join(this.#folder, `${checkIdentity(identity)}${EXTENSION}`);
  }
}

async function openExisting(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new StoreUnreadableError(path, error);
  }
}

const stampOf = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string =>
  [dev, ino, size, mtimeNs, ctimeNs].join();

async function textOf(path: string, file: FileHandle): Promise<string> {
  try {
    return await file.readFile('utf8');
  } catch (error) {
    throw new StoreUnreadableError(path, error);
  }
}

function asObject(path: string, text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new StoreUnreadableError(path, error);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new StoreUnreadableError(path, new TypeError('it is no JSON object'));
}
