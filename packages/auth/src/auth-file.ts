import { randomUUID } from 'node:crypto';
import { copyFile, readFile } from 'node:fs/promises';

import { FileUnreadableError, writeJsonFile } from '@volttron-ts/storage';
import { InvalidValueError } from '@volttron-ts/vip-core';

import { withEntry, withoutCredential, withoutIndices, withUpdate } from './auth-changes.ts';
import { isNameLists, parseAuthDocument, readContents } from './auth-document.ts';
import type { AuthContents, AuthList } from './auth-document.ts';
import type { AuthEntry, AuthEntryInput } from './auth-entry.ts';
import { isNewer, isOlder, upgradeAuthDocument } from './auth-upgrade.ts';
import type { RawAuthDocument } from './auth-upgrade.ts';
import { AuthFileNewerError } from './errors.ts';
import { isCode } from './exclusive-file.ts';
import { Turns } from './turns.ts';

/**
 * `auth.json`. Each change reads the file anew, so that another process's change made before is kept, and replaces it
 * atomically. Comments are read and lost; unknown fields and invalid entries are kept.
 */
export class AuthFile {
  readonly path: string;
  readonly #turns = new Turns();
  readonly #listeners = new Set<(contents: AuthContents) => void>();
  #contents: AuthContents;

  private constructor(path: string, contents: AuthContents) {
    this.path = path;
    this.#contents = contents;
  }

  /**
   * Opens the file, which may be missing. One of an older version is upgraded, after a copy to `<path>.<uuid>.bak`.
   *
   * @throws AuthFileInvalidError, FileUnreadableError, FileUnwritableError
   */
  static async open(path: string): Promise<AuthFile> {
    const { document, problems } = await readDocument(path);
    const contents = readContents(document);
    return new AuthFile(path, { ...contents, problems: [...problems, ...contents.problems] });
  }

  /** What the file said when it was last read or written. */
  get contents(): AuthContents {
    return this.#contents;
  }

  /** Calls back after every change; the answer ends that. */
  onChange(listener: (contents: AuthContents) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reads the file anew, after another process has changed it. */
  reload(): Promise<AuthContents> {
    return this.#turns.take(async () => {
      const { document } = await readDocument(this.path);
      return this.#settle(document);
    });
  }

  /** @throws AuthEntryInvalidError, AuthEntryExistsError unless `overwrite` */
  add(entry: AuthEntryInput, { list = 'allow', overwrite = false }: AddOptions = {}): Promise<AuthContents> {
    return this.change((document) => withEntry(document, list, entry, overwrite));
  }

  /** Changes the named fields of an entry; `index` counts the valid ones. Throws AuthEntryUnknownError, … */
  update(index: number, change: AuthEntryInput, list: AuthList = 'allow'): Promise<AuthContents> {
    return this.change((document) => withUpdate(document, list, index, change));
  }

  /** Removes all of these or, if one does not exist, none (AuthEntryUnknownError). */
  remove(indices: readonly number[], list: AuthList = 'allow'): Promise<AuthContents> {
    return this.change((document) => withoutIndices(document, list, indices));
  }

  removeCredential(credential: string, list: AuthList = 'allow'): Promise<AuthContents> {
    return this.change((document) => withoutCredential(document, list, credential));
  }

  /** The entries of exactly this credential, with their indices. */
  find(credential: string, list: AuthList = 'allow'): { readonly index: number; readonly entry: AuthEntry }[] {
    return this.#contents[list].flatMap((entry, index) => (entry.credentials === credential ? [{ index, entry }] : []));
  }

  setGroups(groups: AuthContents['groups']): Promise<AuthContents> {
    return this.#setNames('groups', groups);
  }

  setRoles(roles: AuthContents['roles']): Promise<AuthContents> {
    return this.#setNames('roles', roles);
  }

  /** Several changes as one. A function that answers the document itself writes nothing. */
  change(how: (document: RawAuthDocument) => RawAuthDocument): Promise<AuthContents> {
    return this.#turns.take(async () => {
      const { document } = await readDocument(this.path);
      const changed = how(document);
      if (changed !== document) await this.#write(changed);
      return this.#settle(changed);
    });
  }

  async #setNames(what: 'groups' | 'roles', names: unknown): Promise<AuthContents> {
    if (!isNameLists(names)) {
      throw new InvalidValueError(what, names, `The ${what} are no object of arrays of names.`);
    }
    return this.change((document) => ({ ...document, [what]: names }));
  }

  async #write(document: RawAuthDocument): Promise<void> {
    if (isNewer(document)) throw new AuthFileNewerError(this.path, versionText(document));
    await writeDocument(this.path, document);
  }

  #settle(document: RawAuthDocument): AuthContents {
    this.#contents = readContents(document);
    for (const listener of this.#listeners) listener(this.#contents);
    return this.#contents;
  }
}

interface AddOptions {
  readonly list?: AuthList;
  readonly overwrite?: boolean;
}

const versionText = ({ version: { major, minor } }: RawAuthDocument): string => `${major}.${minor}`;

const writeDocument = (path: string, document: RawAuthDocument): Promise<void> =>
  writeJsonFile(path, document, { indent: 2, mode: 0o600 });

async function readDocument(path: string): Promise<{ document: RawAuthDocument; problems: readonly string[] }> {
  const document = parseAuthDocument(path, await readText(path));
  const problems: string[] = [];
  if (!isOlder(document)) return { document, problems };
  const upgraded = upgradeAuthDocument(document, (problem) => problems.push(problem));
  await copyFile(path, `${path}.${randomUUID()}.bak`);
  await writeDocument(path, upgraded);
  return { document: upgraded, problems };
}

/** Empty when the file is missing. */
async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return '';
    throw new FileUnreadableError(path, error);
  }
}
