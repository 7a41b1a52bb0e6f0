import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { SigningRequest } from '../csr/signing-request.ts';
import { LONGEST_ANSWER } from './manual-answer.ts';
import { syncDirectory, writePrivateFile } from './private-file.ts';

/** What a person carries to the CA, and back: an outbox of requests, an inbox of certificates. */
export class ManualFiles {
  readonly outbox: string;
  readonly inbox: string;

  constructor(directory: string) {
    this.outbox = join(directory, 'outbox');
    this.inbox = join(directory, 'inbox');
  }

  async prepare(): Promise<void> {
    for (const folder of [this.outbox, this.inbox]) await mkdir(folder, { recursive: true, mode: 0o700 });
  }

  answerPath(orderId: string, request: SigningRequest): string {
    return join(this.inbox, `${baseName(orderId, request)}.crt`);
  }

  /** The one request of an order. Answers where it is. */
  async put(orderId: string, request: SigningRequest): Promise<string> {
    await this.prepare();
    const name = `${baseName(orderId, request)}.csr`;
    const path = join(this.outbox, name);
    if ((await readOptional(path)) !== request.pem) await writePrivateFile(path, request.pem);
    await this.#remove(orderId, name);
    return path;
  }

  /** Removes the requests of an order. */
  async withdraw(orderId: string): Promise<void> {
    await this.#remove(orderId, undefined);
  }

  /** The text of an answer, no more of it than shows that it is too long; undefined while there is none. */
  async answer(path: string): Promise<string | undefined> {
    // An inbox that is away must not look like an empty one.
    await readdir(this.inbox);
    const file = await open(path, 'r').catch(absent);
    if (file === undefined) return undefined;
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(LONGEST_ANSWER + 1), 0, LONGEST_ANSWER + 1, 0);
      return buffer.subarray(0, bytesRead).toString('latin1');
    } finally {
      await file.close();
    }
  }

  /** What was taken over is not left lying about. */
  async finish(orderId: string, answer: string): Promise<void> {
    await rm(answer, { force: true });
    await this.withdraw(orderId);
  }

  async #remove(orderId: string, but: string | undefined): Promise<void> {
    const mine = (await readdir(this.outbox)).filter((name) => name.endsWith(`.${orderId}.csr`) && name !== but);
    for (const name of mine) await rm(join(this.outbox, name), { force: true });
    if (mine.length > 0) await syncDirectory(this.outbox);
  }
}

/** The common name for people, the order's id so that no two are alike. */
function baseName(orderId: string, { subject }: SigningRequest): string {
  const name = subject.commonName
    .replaceAll(/[^\w.-]/g, '_')
    .replace(/^\.+/, '')
    .slice(0, 64);
  return `${name === '' ? 'unnamed' : name}.${orderId}`;
}

function absent(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}

const readOptional = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(absent);
