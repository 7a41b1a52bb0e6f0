import type { JsonObject, OrderMeta, OrderMethod, PluginOrder } from '@volttron-ts/pki';

/** One call of a plugin's method for one order. */
export interface PluginCall {
  readonly plugin: string;
  readonly method: OrderMethod;
  readonly order: Pick<PluginOrder, 'orderId' | 'openedAt' | 'orderMeta' | 'pluginCaId'> & {
    readonly pluginMeta: JsonObject;
  };
  /** Nothing else runs beside it, so that an interruption can be put down to this order. */
  readonly exclusive: boolean;
  /** Keeps what the plugin has put down so far; settles once that is safe. */
  save(pluginMeta: JsonObject): Promise<void>;
}

/** What became of a call. */
export type PluginOutcome =
  /** The method settled; whether `result` makes sense is the engine's to judge. */
  | { readonly kind: 'result'; readonly result: unknown; readonly pluginMeta: JsonObject }
  | { readonly kind: 'thrown'; readonly message: string; readonly pluginMeta: JsonObject }
  /** Nobody knows how far it came: the process ended under it, or it took too long. */
  | { readonly kind: 'interrupted'; readonly message: string };

/** Runs the methods of the configured plugins. */
export interface PluginRunner {
  /** In configured order. */
  readonly names: readonly string[];
  /** Rejects when the plugin throws, or cannot be run. */
  supports(plugin: string, orderMeta: OrderMeta): Promise<boolean>;
  /** Never rejects because of what a plugin does. */
  call(call: PluginCall): Promise<PluginOutcome>;
}
