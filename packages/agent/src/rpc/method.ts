import type { Static, TSchema, VipMessage } from '@volttron-ts/vip-core';

/** Who calls a method: the sender, and the user whose key it proved. */
export type Caller = Pick<VipMessage, 'peer' | 'user'>;

/** A method that an agent lets others call. */
export interface ExportedMethod<Params extends TSchema> {
  /** Capabilities of which the caller's user needs every one. */
  readonly requires?: string | readonly string[];
  /** The platform's own services and its operator need none. */
  readonly openToPlatform?: boolean;
  /** A `t.Tuple`; an item's `title` is the parameter's name, an item with a `default` may be left out. */
  readonly params: Params;
  readonly description?: string;
  /** What it answers, or a promise of it, is the result; what it throws is the caller's error. */
  call(args: Static<Params>, caller: Caller): unknown;
}

/** A method as the dispatcher knows it. */
export interface RpcMethod {
  /** Capabilities of which the caller needs every one. */
  readonly requires: readonly string[];
  readonly openToPlatform?: boolean | undefined;
  /** A tuple; an item's `title` is the parameter's name, an item with `default` may be left out. */
  readonly params: TSchema;
  readonly description?: string | undefined;
  call(args: readonly unknown[], caller: Caller): unknown;
}

/** One parameter, read from the tuple. */
export interface Parameter {
  readonly name: string;
  readonly required: boolean;
  readonly fallback: unknown;
}

/** The parameters that a tuple schema describes. */
export function parametersOf(params: TSchema): Parameter[] {
  const items = 'items' in params && Array.isArray(params.items) ? (params.items as unknown[]) : [];
  return items.map((item, index) => {
    const { title, default: fallback } = item as { title?: string; default?: unknown };
    return { name: title ?? `arg${index}`, required: fallback === undefined, fallback };
  });
}
