import { isDeepStrictEqual } from 'node:util';
import { configKey, linksIn, resolveLinks } from './links.ts';

export type ConfigAction = 'NEW' | 'UPDATE' | 'DELETE';

/** What became of one configuration, seen from the agent. */
export interface TableChange {
  /** Its name as names are compared. */
  readonly key: string;
  /** Its name as it was written. */
  readonly name: string;
  readonly action: ConfigAction;
}

interface Entry {
  readonly name: string;
  readonly contents: unknown;
  readonly links: ReadonlySet<string>;
}

const entryOf = (name: string, contents: unknown): Entry => ({ name, contents, links: linksIn(contents) });

/**
 * An agent's configurations: what the store holds, over the defaults that the agent set. Each change answers what
 * changed for the agent: a NEW over a default and a DELETE that uncovers one are UPDATEs, and whatever links to a
 * changed configuration is an UPDATE too. `config` comes first.
 */
export class ConfigTable {
  readonly #defaults = new Map<string, Entry>();
  #stored = new Map<string, Entry>();

  /** Everything that the store holds; answers what differs from what was known. */
  replace(configs: Readonly<Record<string, unknown>>): TableChange[] {
    const before = this.#stored;
    this.#stored = new Map(
      Object.entries(configs).map(([name, contents]) => [configKey(name), entryOf(name, contents)]),
    );
    const differs = (key: string): boolean =>
      !before.has(key) ||
      !this.#stored.has(key) ||
      !isDeepStrictEqual(before.get(key)?.contents, this.#stored.get(key)?.contents);
    const keys = new Set([...before.keys(), ...this.#stored.keys()]);
    return this.#withLinking([...keys].filter(differs).map((key) => this.#change(key, before.get(key))));
  }

  put(name: string, contents: unknown): TableChange[] {
    const key = configKey(name);
    const was = this.#stored.get(key);
    this.#stored.set(key, entryOf(name, contents));
    return this.#withLinking([this.#change(key, was)]);
  }

  delete(name: string): TableChange[] {
    const key = configKey(name);
    const was = this.#stored.get(key);
    return this.#stored.delete(key) ? this.#withLinking([this.#change(key, was)]) : [];
  }

  setDefault(name: string, contents: unknown): TableChange[] {
    const key = configKey(name);
    const isNew = this.#entry(key) === undefined;
    this.#defaults.set(key, entryOf(name, contents));
    if (this.#stored.has(key)) return [];
    return this.#withLinking([{ key, name, action: isNew ? 'NEW' : 'UPDATE' }]);
  }

  /** The contents with all links resolved; undefined when there is no such configuration. */
  get(name: string): unknown {
    const key = configKey(name);
    if (this.#entry(key) === undefined) return undefined;
    return resolveLinks(key, (linked) => this.#entry(linked)?.contents);
  }

  /** All there is, as if it were new. */
  all(): TableChange[] {
    const keys = [...new Set([...this.#defaults.keys(), ...this.#stored.keys()])];
    return configFirst(keys.map((key) => ({ key, name: this.#entry(key)?.name ?? key, action: 'NEW' })));
  }

  #entry(key: string): Entry | undefined {
    return this.#stored.get(key) ?? this.#defaults.get(key);
  }

  #change(key: string, wasStored: Entry | undefined): TableChange {
    const was = wasStored ?? this.#defaults.get(key);
    const is = this.#entry(key);
    const action = was === undefined ? 'NEW' : is === undefined ? 'DELETE' : 'UPDATE';
    return { key, name: is?.name ?? was?.name ?? key, action };
  }

  /** Adds the configurations that link to a changed one, over any number of links. */
  #withLinking(changes: readonly TableChange[]): TableChange[] {
    const linking = this.#linking();
    const all = new Map(changes.map((change) => [change.key, change]));
    for (const { key } of all.values()) {
      for (const name of linking.get(key) ?? []) {
        if (!all.has(configKey(name))) all.set(configKey(name), { key: configKey(name), name, action: 'UPDATE' });
      }
    }
    return configFirst([...all.values()]);
  }

  /** Names of the configurations that link to each key. */
  #linking(): ReadonlyMap<string, string[]> {
    const linking = new Map<string, string[]>();
    const visit = ({ name, links }: Entry): void => {
      for (const target of links) {
        const names = linking.get(target);
        if (names === undefined) linking.set(target, [name]);
        else names.push(name);
      }
    };
    for (const entry of this.#stored.values()) visit(entry);
    for (const [key, entry] of this.#defaults) if (!this.#stored.has(key)) visit(entry);
    return linking;
  }
}

const configFirst = (changes: readonly TableChange[]): TableChange[] => [
  ...changes.filter(({ key }) => key === 'config'),
  ...changes.filter(({ key }) => key !== 'config'),
];
