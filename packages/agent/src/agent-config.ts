import { checker, InvalidValueError, t } from '@volttron-ts/vip-core';
import type { Static, TSchema } from '@volttron-ts/vip-core';

/** The schema of an agent's configuration: a `t.Object`. */
export type ConfigSchema = TSchema & { readonly properties: Readonly<Record<string, TSchema>> };

/** An agent's configuration as it stands now; the same object for the agent's whole life. */
export type AgentConfig<Values> = Readonly<Values> & {
  /** Changes values in memory; rejects with InvalidValueError, and changes nothing, when one does not fit. */
  update(changes: Partial<Values>): Promise<void>;
};

const plain = (key: string): string => key.replaceAll('-', '_');

/** Gives keys the spelling of the schema: hyphen = underscore (design §4.11). Throws when one is given twice. */
function respell(
  schema: ConfigSchema,
  given: Readonly<Record<string, unknown>>,
  what: string,
): Record<string, unknown> {
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

/**
 * Checks a configuration: defaults are filled in, unknown keys are errors, all problems are named at once in one
 * InvalidValueError. `what` names the configuration, such as its file.
 */
export function readConfig<S extends ConfigSchema>(
  schema: S,
  given: Readonly<Record<string, unknown>>,
  what: string,
): AgentConfig<Static<S>> {
  const check = checker(t.Object({ ...schema.properties }, { additionalProperties: false }));
  const values = check(respell(schema, given, what), what) as Record<string, unknown>;
  const config = { ...values };
  const update = (changes: Readonly<Record<string, unknown>>): void => {
    Object.assign(config, check({ ...config, ...respell(schema, changes, what) }, what));
  };
  Object.defineProperty(config, 'update', {
    value: async (changes: Readonly<Record<string, unknown>>) => Promise.resolve(changes).then(update),
  });
  return config as AgentConfig<Static<S>>;
}
