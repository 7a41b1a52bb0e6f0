import { InvalidValueError } from '@volttron-ts/vip-core';

const PREFIX = 'config://';
/** Values of one configuration with everything it links to; links to links could multiply without end. */
const MAX_VALUES = 1_000_000;
const edges = new Set([' ', '\t', '\n', '\v', '\f', '\r', '\\', '/']);

/** A configuration's name as the store compares names: without blanks and slashes at its ends, in small letters. */
export function configKey(name: string): string {
  let start = 0;
  let end = name.length;
  while (start < end && edges.has(name.charAt(start))) start++;
  while (end > start && edges.has(name.charAt(end - 1))) end--;
  return name.slice(start, end).toLowerCase();
}

/** The key that a value links to; undefined for a value that is no link (vip-zmq.md §2.16). */
const targetOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.startsWith(PREFIX) ? configKey(value.slice(PREFIX.length)) : undefined;

/** Keys of the configurations that the contents link to. */
export function linksIn(contents: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    const target = targetOf(value);
    if (target !== undefined) found.add(target);
    else if (typeof value === 'object' && value !== null) for (const member of Object.values(value)) visit(member);
  };
  // Text that is a whole configuration is text, even when it looks like a link.
  if (typeof contents === 'object') visit(contents);
  return found;
}

interface Resolved {
  readonly contents: unknown;
  readonly values: number;
}

/**
 * The contents of a configuration with each link replaced by what it names: null when that is missing, or when the
 * link leads back to where it stands. Throws InvalidValueError when the whole grows out of bounds.
 */
export function resolveLinks(key: string, contentsOf: (key: string) => unknown): unknown {
  const done = new Map<string, Resolved>();
  const within = new Set<string>();
  const gather = (name: string): Resolved => {
    const known = done.get(name);
    if (known !== undefined) return known;
    if (within.has(name)) return { contents: null, values: 1 };
    within.add(name);
    const resolved = replace(contentsOf(name) ?? null, name === key, gather, key);
    within.delete(name);
    done.set(name, resolved);
    return resolved;
  };
  return gather(key).contents;
}

function replace(value: unknown, top: boolean, gather: (key: string) => Resolved, key: string): Resolved {
  const target = top ? undefined : targetOf(value);
  if (target !== undefined) return gather(target);
  if (typeof value !== 'object' || value === null) return { contents: value, values: 1 };
  let values = 1;
  const copy = (member: unknown): unknown => {
    const replaced = replace(member, false, gather, key);
    values += replaced.values;
    if (values > MAX_VALUES) throw tooLarge(key);
    return replaced.contents;
  };
  const contents = Array.isArray(value)
    ? value.map(copy)
    : Object.fromEntries(Object.entries(value).map(([name, member]) => [name, copy(member)]));
  return { contents, values };
}

function tooLarge(key: string): InvalidValueError {
  const why = `The configuration "${key}" has more than ${MAX_VALUES} values with all that it links to.`;
  return new InvalidValueError('configuration', key, why, 'Take links out of it.');
}
