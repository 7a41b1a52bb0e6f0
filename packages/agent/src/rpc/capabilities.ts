import { checker, compileExpression, services, t, UnauthorizedError } from '@volttron-ts/vip-core';
import type { Caller, Parameter } from './method.ts';
import { pythonRepr, pythonStr } from './python-repr.ts';

/** Capabilities of a user; a value limits the arguments of the methods that require it. */
export type HeldCapabilities = Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;

const asCapabilities = checker(
  t.Record(t.String(), t.Record(t.String(), t.Union([t.Null(), t.Record(t.String(), t.Unknown())]))),
);

/** What is called, for the check and its texts. */
export interface GuardedCall {
  readonly method: string;
  readonly requires: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly args: readonly unknown[];
}

/**
 * Whose user may call what (vip-zmq.md §2.12.6): fetched from platform.auth when first needed, kept until it tells a
 * change or the connection was lost.
 */
export class Capabilities {
  readonly #fetch: () => Promise<unknown>;
  readonly #live: ((user: string) => HeldCapabilities) | undefined;
  #known: ReadonlyMap<string, HeldCapabilities> | undefined;
  /** Counts what was told, so that an answer that was on its way meanwhile does not replace it. */
  #version = 0;
  #fetching: Promise<ReadonlyMap<string, HeldCapabilities>> | undefined;

  /** `fetch` calls `get_user_to_capabilities` of platform.auth; `live` knows at any time, and nothing is fetched. */
  constructor(fetch: () => Promise<unknown>, live?: (user: string) => HeldCapabilities) {
    this.#fetch = fetch;
    this.#live = live;
  }

  /** Takes `auth.update`; only platform.auth is believed. */
  update(caller: Caller, capabilities: unknown): void {
    if (caller.peer !== services.auth) {
      throw new UnauthorizedError(`auth.update is for ${services.auth}, not for "${caller.peer}".`);
    }
    this.#known = read(capabilities);
    this.#fetching = undefined;
    this.#version++;
  }

  /** Forgets, so that the next check asks again. */
  forget(): void {
    this.#known = undefined;
    this.#fetching = undefined;
    this.#version++;
  }

  /** Throws UnauthorizedError unless the user may call it with these arguments. */
  async check(user: string, call: GuardedCall): Promise<void> {
    if (call.requires.every((capability) => capability === '')) return;
    const held = this.#live?.(user) ?? (await this.#current()).get(user) ?? {};
    const missing = call.requires.filter((capability) => !Object.hasOwn(held, capability));
    if (missing.length > 0) throw lacks(user, call, held);
    for (const capability of call.requires) checkLimits(user, call, held[capability] ?? {});
  }

  async #current(): Promise<ReadonlyMap<string, HeldCapabilities>> {
    if (this.#known !== undefined) return this.#known;
    this.#fetching ??= this.#load();
    return this.#fetching;
  }

  async #load(): Promise<ReadonlyMap<string, HeldCapabilities>> {
    const version = this.#version;
    try {
      const fetched = read(await this.#fetch());
      if (version === this.#version) this.#known = fetched;
      return this.#known ?? fetched;
    } finally {
      if (version === this.#version) this.#fetching = undefined;
    }
  }
}

const read = (value: unknown): ReadonlyMap<string, HeldCapabilities> =>
  new Map(Object.entries(asCapabilities(value, 'the capabilities of platform.auth')));

/** In the words of the original, which callers look for. */
function lacks(user: string, { method, requires }: GuardedCall, held: HeldCapabilities[string]): UnauthorizedError {
  const required = `{${requires.map(pythonRepr).join(', ')}}`;
  const text = `method ${pythonRepr(method)} requires capabilities ${required}, but capability ${pythonRepr(held)} was provided for user ${user}`;
  return new UnauthorizedError(text, { item: method, value: user });
}

function checkLimits(user: string, call: GuardedCall, limits: Readonly<Record<string, unknown>>): void {
  for (const [name, allowed] of Object.entries(limits)) {
    const index = call.parameters.findIndex((parameter) => parameter.name === name);
    const given = call.args[index];
    if (index >= 0 && matches(given, allowed)) continue;
    const text =
      index < 0
        ? `User ${user} capability is not defined properly for method ${call.method}: it has no parameter ${name}`
        : `User ${user} can call method ${call.method} only with ${name}=${pythonStr(allowed)} but called with ${name}=${pythonStr(given)}`;
    throw new UnauthorizedError(text, { item: call.method, value: user });
  }
}

/** Longer arguments match no expression: the time it takes to look is the caller's to choose. */
const MAX_ARGUMENT = 4096;

/** Equal, or matched whole by a text written as `/expression/`, in linear time. */
function matches(given: unknown, allowed: unknown): boolean {
  if (typeof allowed !== 'string' || allowed.length < 2 || !allowed.startsWith('/') || !allowed.endsWith('/')) {
    return JSON.stringify(given) === JSON.stringify(allowed);
  }
  if (typeof given !== 'string' || given.length > MAX_ARGUMENT) return false;
  try {
    return compileExpression(allowed.slice(1, -1))(given);
  } catch {
    return false;
  }
}
