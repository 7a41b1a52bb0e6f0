import { matchProblem } from './text-match.ts';

/** What a capability's holder is limited to: argument name → text, or `/expression/`; null is no limit. */
export type Restrictions = Readonly<Record<string, unknown>> | null;

/** Capability name → its restrictions (reference/vip-zmq.md §3.5). */
export type Capabilities = Readonly<Record<string, Restrictions>>;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads the forms of the auth file: a name, an object of name and restrictions, or an array of both, in which the last
 * form of a name stands. Undefined when it is none of these.
 */
export function readCapabilities(value: unknown): Capabilities | undefined {
  if (value === null || value === undefined) return {};
  const parts = Array.isArray(value) ? (value as unknown[]) : [value];
  const read = new Map<string, Restrictions>();
  for (const part of parts) {
    if (typeof part === 'string') read.set(part, null);
    else if (isObject(part) && Object.values(part).every((limit) => limit === null || isObject(limit))) {
      for (const [name, limit] of Object.entries(part)) read.set(name, limit as Restrictions);
    } else return undefined;
  }
  return Object.fromEntries(read);
}

/** The sum of several grants: no limit beats a limit, of two limits the first stands. */
export function mergeCapabilities(grants: Iterable<Capabilities>): Capabilities {
  const merged = new Map<string, Restrictions>();
  for (const grant of grants) {
    for (const [name, limit] of Object.entries(grant)) {
      if (limit === null || !merged.has(name)) merged.set(name, limit);
    }
  }
  return Object.fromEntries(merged);
}

/** What is wrong with limits, which nothing would ever meet. */
export function limitProblems(capabilities: Capabilities): string[] {
  return Object.entries(capabilities).flatMap(([name, limits]) =>
    Object.entries(limits ?? {}).flatMap(([argument, limit]) => {
      const problem = typeof limit === 'string' ? matchProblem(limit) : undefined;
      return problem === undefined ? [] : [`"capabilities": ${name} can never be used for any ${argument}: ${problem}`];
    }),
  );
}
