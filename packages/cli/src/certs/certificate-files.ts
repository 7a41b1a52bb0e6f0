import { lstat, open, readFile, rm } from 'node:fs/promises';
import { extname } from 'node:path';
import { PkiError } from '@volttron-ts/pki';
import { FileUnwritableError, writeFileAtomic } from '@volttron-ts/storage';
import { InputFileError } from '../errors.ts';
import { CertificateInputError, OutputExistsError } from './errors.ts';

/** A private key is for its owner, a certificate for everybody. */
export const modes = { key: 0o600, certificate: 0o644 } as const;

/** `server.csr` of `server.key` */
export const beside = (path: string, extension: string): string =>
  `${path.slice(0, path.length - extname(path).length)}${extension}`;

/** Throws InputFileError. */
export async function readNamed(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new InputFileError(path, error);
  }
}

/** Reads what a file holds. Throws InputFileError; CertificateInputError for what the reader throws. */
export async function readAs<T>(path: string, read: (text: string) => T): Promise<T> {
  const text = await readNamed(path);
  return about(path, () => read(text));
}

/** Names the file in what a computation of its content throws. */
export function about<T>(path: string, compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    throw error instanceof PkiError ? new CertificateInputError(path, error) : error;
  }
}

/** Looks before anything is asked or made. Throws OutputExistsError. */
export async function refuseExisting(paths: readonly string[], force: boolean): Promise<void> {
  if (force) return;
  for (const path of paths) {
    const isThere = await lstat(path).then(
      () => true,
      () => false,
    );
    if (isThere) throw new OutputExistsError(path);
  }
}

export interface NewFile {
  readonly path: string;
  readonly content: string | Uint8Array;
  readonly mode: number;
  /** Whether it may replace what is there. */
  readonly force: boolean;
}

/** Throws OutputExistsError, FileUnwritableError. */
export async function writeNew({ path, content, mode, force }: NewFile): Promise<void> {
  if (force) return writeFileAtomic(path, content, { mode });
  const file = await open(path, 'wx', mode).catch((error: unknown) => {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    throw isThere ? new OutputExistsError(path) : new FileUnwritableError(path, error);
  });
  try {
    // Whatever the umask says.
    await file.chmod(mode);
    await file.writeFile(content);
    await file.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw new FileUnwritableError(path, error);
  } finally {
    await file.close();
  }
}
