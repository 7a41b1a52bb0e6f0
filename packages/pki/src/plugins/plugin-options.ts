import type { Json, JsonObject } from '../plugin/certificate-plugin.ts';
import { PluginConfigError } from './errors.ts';

/** One option of a plugin's configuration file. */
export interface OptionRule<T> {
  /** What a value has to be, for the message: 'a whole number from 1 to 10'. */
  readonly want: string;
  /** Undefined for a value that is none; `value` is undefined when the option is not there. */
  read(value: Json | undefined): { readonly value: T } | undefined;
}

export type Options<R> = { readonly [K in keyof R]: R[K] extends OptionRule<infer T> ? T : never };

/** @throws PluginConfigError for the first option that is unknown, missing or not what it has to be */
export function readOptions<R extends Readonly<Record<string, OptionRule<unknown>>>>(
  plugin: string,
  config: JsonObject,
  rules: R,
): Options<R> {
  const known = Object.keys(rules);
  const unknown = Object.keys(config).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    const there = known.map((key) => `"${key}"`).join(', ');
    throw new PluginConfigError(plugin, `it has no option ${JSON.stringify(unknown)}; there is ${there}`);
  }
  const read = Object.entries(rules).map(([key, rule]) => {
    const found = rule.read(config[key]);
    if (found !== undefined) return [key, found.value] as const;
    const value = config[key] === undefined ? 'missing' : JSON.stringify(config[key]).slice(0, 200);
    throw new PluginConfigError(plugin, `"${key}" is ${value} instead of ${rule.want}`);
  });
  return Object.fromEntries(read) as Options<R>;
}

export const wholeNumber = (least: number, most: number, absent: number): OptionRule<number> => ({
  want: `a whole number from ${least} to ${most}`,
  read: (value = absent) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most ? { value } : undefined,
});

/** Undefined when it is not there. */
export function optional<T>(rule: OptionRule<T>): OptionRule<T | undefined> {
  return { want: rule.want, read: (value) => (value === undefined ? { value } : rule.read(value)) };
}

export const text = (want: string, holds: (value: string) => boolean): OptionRule<string> => ({
  want,
  read: (value) => (typeof value === 'string' && holds(value) ? { value } : undefined),
});

/** The path of a file or folder; a relative one is below the instance's home. */
export const path = (want: string): OptionRule<string> =>
  text(want, (value) => value.trim() !== '' && !value.includes('\0'));
