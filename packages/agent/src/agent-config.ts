import { isDeepStrictEqual } from 'node:util';
import { checker, InvalidValueError, t } from '@volttron-ts/vip-core';
import type { Static, TSchema } from '@volttron-ts/vip-core';

/** The schema of an agent's configuration: a `t.Object`. */
export type ConfigSchema = TSchema & { readonly properties: Readonly<Record<string, TSchema>> };

/** An agent's configuration as it stands now; the same object for the agent's whole life. */
export type AgentConfig<Values> = Readonly<Values> & {
  /** Changes values in memory; rejects with InvalidValueError, and changes nothing, when one does not fit. */
  update(changes: Partial<Values>): Promise<void>;
  /** Calls back after each change, by `update` or by the configuration store; the function it answers stops that. */
  onChange(listener: () => void): () => void;
};

type Values = Readonly<Record<string, unknown>>;

const plain = (key: string): string => key.replaceAll('-', '_');

const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Gives keys the spelling of the schema: hyphen = underscore (design §4.11). Throws when one is given twice. */
function respell(schema: ConfigSchema, given: Values, what: string): Values {
  const spelling = new Map(Object.keys(schema.properties).map((key) => [plain(key), key]));
  const respelled: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(given)) {
    const known = spelling.get(plain(key)) ?? key;
    if (Object.hasOwn(respelled, known)) {
      throw new InvalidValueError(what, key, `${what} has "${known}" twice, once as "${key}".`, 'Keep one of them.');
    }
    respelled[known] = value;
  }
  return respelled;
}

const checkerOf = (properties: Record<string, TSchema>): ((value: unknown, what: string) => unknown) =>
  checker(t.Object(properties, { additionalProperties: false }));

const withoutRequired = ({ properties }: ConfigSchema): Record<string, TSchema> =>
  Object.fromEntries(Object.entries(properties).map(([key, property]) => [key, t.Optional(property)]));

export interface LayeredConfigOptions {
  /** Names the configuration that is given, such as its file, in errors. */
  readonly what: string;
  /** Whether keys may be missing at first, because the configuration store may have them. */
  readonly mayLack?: boolean;
  /** Hears what a listener threw. */
  readonly listenerFailed?: (error: unknown) => void;
}

/**
 * The values of an agent's configuration, key by key: the configuration store before the file before the schema's
 * defaults (design §4.11). What the agent changes in memory stands until the store changes that key. Values are checked
 * as a whole: all problems are named at once in one InvalidValueError, unknown keys among them, and nothing changes.
 */
export class LayeredConfig {
  readonly values: Values;
  readonly #schema: ConfigSchema;
  readonly #check: (value: unknown, what: string) => unknown;
  readonly #what: string;
  readonly #file: Values;
  readonly #listenerFailed: (error: unknown) => void;
  readonly #listeners = new Set<() => void>();
  readonly #current: Record<string, unknown> = {};
  #stored: Values = {};
  #memory: Values = {};
  #lack: InvalidValueError | undefined;

  constructor(schema: ConfigSchema, given: Values, options: LayeredConfigOptions) {
    const { what, mayLack = false, listenerFailed = () => undefined } = options;
    this.#schema = schema;
    this.#what = what;
    this.#listenerFailed = listenerFailed;
    for (const name of ['update', 'onChange']) {
      if (Object.hasOwn(schema.properties, name)) {
        throw new InvalidValueError(
          'config',
          name,
          `A configuration has no key "${name}" of its author’s: it is taken.`,
        );
      }
    }
    this.#check = checkerOf({ ...schema.properties });
    this.#file = respell(schema, given, what);
    this.values = this.#current;
    Object.defineProperties(this.#current, {
      update: {
        value: async (changes: Values) =>
          Promise.resolve(changes).then((given) => {
            this.#update(given);
          }),
      },
      onChange: { value: (listener: () => void) => this.#onChange(listener) },
    });
    this.#assign(this.#first(mayLack));
  }

  /** What is still missing; undefined when the values are whole. */
  get lack(): InvalidValueError | undefined {
    return this.#lack;
  }

  /** Takes what the configuration store holds, undefined for nothing; throws InvalidValueError and changes nothing. */
  takeStored(contents: unknown, what: string): void {
    if (contents !== undefined && !isObject(contents)) {
      throw new InvalidValueError(what, contents, `${what} is no object.`, 'Store it as JSON: {"key": value, …}.');
    }
    const stored = respell(this.#schema, contents ?? {}, what);
    const isUnchanged = ([key]: [string, unknown]): boolean => isDeepStrictEqual(stored[key], this.#stored[key]);
    const memory = Object.fromEntries(Object.entries(this.#memory).filter(isUnchanged));
    const next = this.#check({ ...this.#file, ...stored, ...memory }, what) as Values;
    this.#stored = stored;
    this.#memory = memory;
    this.#lack = undefined;
    this.#assign(next);
  }

  #first(mayLack: boolean): Values {
    try {
      return this.#check(this.#file, this.#what) as Values;
    } catch (error) {
      if (!mayLack || !(error instanceof InvalidValueError)) throw error;
      const incomplete = checkerOf(withoutRequired(this.#schema));
      try {
        const values = incomplete(this.#file, this.#what) as Values;
        this.#lack = error;
        return values;
      } catch {
        throw error;
      }
    }
  }

  #update(changes: Values): void {
    const differing = Object.entries(respell(this.#schema, changes, this.#what)).filter(
      ([key, value]) => !isDeepStrictEqual(value, this.#current[key]),
    );
    const memory = { ...this.#memory, ...Object.fromEntries(differing) };
    const next = this.#check({ ...this.#file, ...this.#stored, ...memory }, this.#what) as Values;
    this.#memory = memory;
    this.#assign(next);
  }

  #onChange(listener: () => void): () => void {
    const own = (): void => {
      listener();
    };
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  #assign(next: Values): void {
    if (isDeepStrictEqual({ ...this.#current }, { ...next })) return;
    for (const key of Object.keys(this.#current))
      if (!Object.hasOwn(next, key)) Reflect.deleteProperty(this.#current, key);
    Object.assign(this.#current, next);
    for (const listener of [...this.#listeners]) {
      try {
        listener();
      } catch (error) {
        this.#listenerFailed(error);
      }
    }
  }
}

/** Checks a configuration that nothing else changes; see LayeredConfig. */
export function readConfig<S extends ConfigSchema>(schema: S, given: Values, what: string): AgentConfig<Static<S>> {
  return new LayeredConfig(schema, given, { what }).values as AgentConfig<Static<S>>;
}
