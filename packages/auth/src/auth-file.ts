import { createHash, randomUUID } from 'node:crypto';
import { copyFile } from 'node:fs/promises';

import { readFileIfThere, writeFileAtomic } from '@volttron-ts/storage';
import { InvalidValueError } from '@volttron-ts/vip-core';

import { withEntry, withoutCredential, withoutIndices, withUpdate } from './auth-changes.ts';
import { isNameLists, parseAuthDocument, readContents, readEntries } from './auth-document.ts';
import type { AuthContents, AuthList } from './auth-document.ts';
import type { AuthEntry, AuthEntryInput } from './auth-entry.ts';
import { isNewer, isOlder, upgradeAuthDocument } from './auth-upgrade.ts';
import type { RawAuthDocument } from './auth-upgrade.ts';
import { AuthFileEditError, AuthFileInvalidError, AuthFileNewerError } from './errors.ts';
import { Turns } from './turns.ts';

/** A change of the auth file, as its listeners hear of it. */
export interface AuthFileChange {
  readonly before: AuthContents;
  /** `edit`: another process wrote the file, by hand or by tool. */
  readonly by: 'us' | 'edit';
}

type Listener = (contents: AuthContents, change: AuthFileChange) => void;

/** What was read or written last. */
interface Known {
  /** SHA-256 of the text, by which our own writes are told from others'. */
  readonly hash: string;
  readonly contents: AuthContents;
  /** The entries that were left out, as JSON. */
  readonly invalid: ReadonlySet<string>;
}

/**
 * `auth.json`. Each change reads the file anew, so that another process's change made before is kept, and replaces it
 * atomically. Comments are read and lost; unknown fields and invalid entries are kept.
 */
export class AuthFile {
  readonly path: string;
  readonly #turns = new Turns();
  readonly #listeners = new Set<Listener>();
  #known: Known;

  private constructor(path: string, known: Known) {
    this.path = path;
    this.#known = known;
  }

  /**
   * Opens the file, which may be missing. One of an older version is upgraded, after a copy to `<path>.<uuid>.bak`.
   *
   * @throws AuthFileInvalidError, FileUnreadableError, FileUnwritableError
   */
  static async open(path: string): Promise<AuthFile> {
    const { document, text, problems } = await readDocument(path);
    const known = know(document, text);
    const { contents } = known;
    return new AuthFile(path, { ...known, contents: { ...contents, problems: [...problems, ...contents.problems] } });
  }

  /** What the file said when it was last read or written. */
  get contents(): AuthContents {
    return this.#known.contents;
  }

  /** Calls back after every change; the answer ends that. */
  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Reads the file anew, after another process has changed it. An edit that is not valid is not taken: what the file said
   * before holds on, and no change of ours is written over it.
   *
   * @throws AuthFileInvalidError, AuthFileEditError, FileUnreadableError
   */
  reload(): Promise<AuthContents> {
    return this.#turns.take(async () => {
      await this.#read();
      return this.contents;
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

  /**
   * Changes the entry that owns a name, as it stands in the file when it is its turn: changes made at the same time all
   * count. Changes nothing when no entry does. Throws what `how` throws, AuthEntryInvalidError, …
   */
  updateOwner(identity: string, how: (entry: AuthEntry) => AuthEntryInput): Promise<AuthContents> {
    return this.change((document) => {
      const { entries } = readEntries(document, 'allow');
      const index = entries.findIndex(({ entry }) => entry.identity === identity);
      const found = entries[index];
      return found === undefined ? document : withUpdate(document, 'allow', index, how(found.entry));
    });
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
    return this.contents[list].flatMap((entry, index) => (entry.credentials === credential ? [{ index, entry }] : []));
  }

  setGroups(groups: AuthContents['groups']): Promise<AuthContents> {
    return this.#setNames('groups', groups);
  }

  setRoles(roles: AuthContents['roles']): Promise<AuthContents> {
    return this.#setNames('roles', roles);
  }

  /** Several changes as one. A function that answers the document itself writes nothing. Throws as `reload` does too. */
  change(how: (document: RawAuthDocument) => RawAuthDocument): Promise<AuthContents> {
    return this.#turns.take(async () => {
      const document = await this.#read();
      const changed = how(document);
      if (changed !== document) this.#settle(know(changed, await this.#write(changed)), 'us');
      return this.contents;
    });
  }

  /** The document as it stands in the file; an edit is taken, or refused. */
  async #read(): Promise<RawAuthDocument> {
    const { document, text } = await readDocument(this.path);
    const read = know(document, text);
    if (read.hash === this.#known.hash) return document;
    const { allow, deny } = this.contents;
    if (text.trim() === '' && allow.length + deny.length > 0) {
      // An editor that has emptied the file to write it, or somebody's accident: nobody is locked out by that.
      throw new AuthFileInvalidError(this.path, 'it was emptied or removed, and the rules from before go on');
    }
    const problems = newProblems(read, this.#known);
    if (problems.length > 0) throw new AuthFileEditError(this.path, problems);
    this.#settle(read, 'edit');
    return document;
  }

  async #setNames(what: 'groups' | 'roles', names: unknown): Promise<AuthContents> {
    if (!isNameLists(names)) {
      throw new InvalidValueError(what, names, `The ${what} are no object of arrays of names.`);
    }
    return this.change((document) => ({ ...document, [what]: names }));
  }

  /** Answers the text it wrote. */
  async #write(document: RawAuthDocument): Promise<string> {
    if (isNewer(document)) throw new AuthFileNewerError(this.path, versionText(document));
    return writeDocument(this.path, document);
  }

  #settle(known: Known, by: AuthFileChange['by']): void {
    const before = this.contents;
    this.#known = known;
    for (const listener of this.#listeners) listener(known.contents, { before, by });
  }
}

interface AddOptions {
  readonly list?: AuthList;
  readonly overwrite?: boolean;
}

const versionText = ({ version: { major, minor } }: RawAuthDocument): string => `${major}.${minor}`;

function know(document: RawAuthDocument, text: string): Known {
  const invalid = (['allow', 'deny'] as const).flatMap((list) => readEntries(document, list).invalid);
  return {
    hash: createHash('sha256').update(text).digest('hex'),
    contents: readContents(document),
    invalid: new Set(invalid.map((raw) => JSON.stringify(raw))),
  };
}

/** What is wrong in a file that was not wrong before. */
function newProblems(now: Known, before: Known): string[] {
  const invalid = [...now.invalid];
  return invalid.every((raw) => before.invalid.has(raw)) ? [] : [...now.contents.problems];
}

async function writeDocument(path: string, document: RawAuthDocument): Promise<string> {
  const text = `${JSON.stringify(document, null, 2)}\n`;
  await writeFileAtomic(path, text, { mode: 0o600 });
  return text;
}

async function readDocument(
  path: string,
): Promise<{ document: RawAuthDocument; text: string; problems: readonly string[] }> {
  const text = (await readFileIfThere(path)) ?? '';
  const document = parseAuthDocument(path, text);
  const problems: string[] = [];
  if (!isOlder(document)) return { document, text, problems };
  const upgraded = upgradeAuthDocument(document, (problem) => problems.push(problem));
  await copyFile(path, `${path}.${randomUUID()}.bak`);
  return { document: upgraded, text: await writeDocument(path, upgraded), problems };
}
