import { escapeNonAscii } from '@volttron-ts/vip-core';
import { ConfigInvalidError } from '../../errors.ts';
import { isCircular } from './config-links.ts';
import { configKey, stripConfigName } from './config-name.ts';
import { parseConfig } from './parse-config.ts';

/** What stands in a store's file under a configuration's name; fields that we do not know are kept. */
export interface ConfigEntry extends Readonly<Record<string, unknown>> {
  readonly type: string;
  readonly data: string;
}

export interface StoredConfig {
  /** As it was written, case and all. */
  readonly name: string;
  readonly entry: ConfigEntry;
  /** Parsed. */
  readonly contents: unknown;
}

/** A new configuration. */
export interface ConfigInput {
  readonly name: string;
  readonly type: string;
  readonly data: string;
  /** Timestamp text. */
  readonly modified: string;
}

type Raw = ReadonlyMap<string, unknown>;

/**
 * The file of one agent's store: `{name: {type, modified, data}}`. An entry that cannot be used, or whose name differs
 * from an earlier one's in case only, is told in `problems` and else left as it is, until its name is set or deleted.
 */
export class ConfigDocument {
  /** By key. */
  readonly configs: ReadonlyMap<string, StoredConfig>;
  readonly problems: readonly string[];
  readonly #raw: Raw;

  private constructor(raw: Raw, configs: ReadonlyMap<string, StoredConfig>, problems: readonly string[]) {
    this.#raw = raw;
    this.configs = configs;
    this.problems = problems;
  }

  static readonly empty = new ConfigDocument(new Map(), new Map(), []);

  /** Of a parsed file. Never throws: what is wrong with an entry is a problem. */
  static of(file: Readonly<Record<string, unknown>>): ConfigDocument {
    const raw = new Map(Object.entries(file));
    const configs = new Map<string, StoredConfig>();
    const problems: string[] = [];
    for (const [name, entry] of raw) {
      try {
        const config = readEntry(name, entry, configs);
        configs.set(configKey(name), config);
      } catch (error) {
        problems.push(`configuration "${name}": ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return new ConfigDocument(raw, configs, problems);
  }

  /** Nothing is in it, not even what cannot be used. */
  get isEmpty(): boolean {
    return this.#raw.size === 0;
  }

  /** Names as written, sorted. */
  get names(): string[] {
    return [...this.configs.values()].map(({ name }) => name).sort();
  }

  /** All contents by name, for an agent that starts. */
  get contents(): Record<string, unknown> {
    return Object.fromEntries([...this.configs.values()].map(({ name, contents }) => [name, contents]));
  }

  /** Throws ConfigInvalidError for text that its type cannot read, and for links that lead back to it. */
  with({ name: given, type, data, modified }: ConfigInput): { document: ConfigDocument; config: StoredConfig } {
    const name = stripConfigName(given);
    const contents = parseConfig(name, data, type);
    if (isCircular(name, contents, (key) => this.configs.get(key)?.contents)) {
      throw new ConfigInvalidError(name, 'Recursive configuration references detected.');
    }
    const before = this.configs.get(configKey(name))?.entry;
    const config = { name, entry: { ...before, type, modified, data }, contents };
    const raw = new Map(this.#raw);
    for (const other of this.#variants(name)) if (other !== name) raw.delete(other);
    raw.set(name, config.entry);
    const configs = new Map(this.configs).set(configKey(name), config);
    return { document: new ConfigDocument(raw, configs, this.problems), config };
  }

  without(name: string): ConfigDocument {
    const raw = new Map(this.#raw);
    for (const variant of this.#variants(name)) raw.delete(variant);
    const configs = new Map(this.configs);
    configs.delete(configKey(name));
    return new ConfigDocument(raw, configs, this.problems);
  }

  /** The file's text as Python writes it: one line, ASCII. */
  toText(): string {
    return escapeNonAscii(JSON.stringify(Object.fromEntries(this.#raw)));
  }

  /** Names in the file that are this one but for case. */
  #variants(name: string): string[] {
    const key = configKey(name);
    return [...this.#raw.keys()].filter((other) => configKey(other) === key);
  }
}

function readEntry(name: string, entry: unknown, before: ReadonlyMap<string, StoredConfig>): StoredConfig {
  if (!isEntry(entry)) throw new ConfigInvalidError(name, 'It is no object with a type and data as texts.');
  const conflicting = before.get(configKey(name));
  if (conflicting !== undefined)
    throw new ConfigInvalidError(name, `It differs from "${conflicting.name}" in case only.`);
  const contents = parseConfig(name, entry.data, entry.type);
  if (isCircular(name, contents, (key) => before.get(key)?.contents)) {
    throw new ConfigInvalidError(name, 'Recursive configuration references.');
  }
  return { name, entry, contents };
}

function isEntry(entry: unknown): entry is ConfigEntry {
  if (typeof entry !== 'object' || entry === null) return false;
  const { type, data } = entry as Partial<ConfigEntry>;
  return typeof type === 'string' && typeof data === 'string';
}
