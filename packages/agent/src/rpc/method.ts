import type { TSchema, VipMessage } from '@volttron-ts/vip-core';

/** Who calls a method: the sender, and the user whose key it proved. */
export type Caller = Pick<VipMessage, 'peer' | 'user'>;

/** A method as the dispatcher knows it. */
export interface RpcMethod {
  /** Capabilities of which the caller needs every one. */
  readonly requires: readonly string[];
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
