import type { JsonObject, OrderMeta, OrderMethod, PluginOrder } from '@volttron-ts/pki';

/** What the child is started with. */
export interface HostStart {
  readonly home: string;
  readonly instanceName: string;
  readonly plugins: readonly string[];
}

/** An order as it crosses the border of the process. */
export type HostedOrder = Pick<PluginOrder, 'orderId' | 'openedAt' | 'orderMeta' | 'pluginCaId'> & {
  readonly pluginMeta: JsonObject;
};

/** To the child; several travel as one message. */
export type ToChild =
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly plugin: string;
      readonly method: OrderMethod;
      readonly order: HostedOrder;
    }
  | { readonly kind: 'supports'; readonly id: number; readonly plugin: string; readonly orderMeta: OrderMeta }
  /** `pluginMeta` is kept. */
  | { readonly kind: 'saved'; readonly id: number; readonly problem?: string }
  /** The call has taken too long. The child says that it has heard it. */
  | { readonly kind: 'abort'; readonly id: number };

export interface LoadedPlugin {
  readonly name: string;
  /** Why it cannot be used. */
  readonly problem?: string;
}

/** From the child; several travel as one message. */
export type FromChild =
  | { readonly kind: 'ready'; readonly plugins: readonly LoadedPlugin[] }
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown; readonly pluginMeta: JsonObject }
  | { readonly kind: 'thrown'; readonly id: number; readonly message: string; readonly pluginMeta: JsonObject }
  | { readonly kind: 'supported'; readonly id: number; readonly answer: boolean }
  | { readonly kind: 'save'; readonly id: number; readonly pluginMeta: JsonObject }
  | { readonly kind: 'aborted'; readonly id: number }
  | { readonly kind: 'log'; readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly message: string };

/** Gathers messages and hands them over as one, once per turn of the event loop: a message costs what its turn costs. */
export class Batch<T> {
  readonly #send: (messages: readonly T[]) => void;
  #waiting: T[] = [];

  constructor(send: (messages: readonly T[]) => void) {
    this.#send = send;
  }

  add(message: T): void {
    this.#waiting.push(message);
    if (this.#waiting.length > 1) return;
    setImmediate(() => {
      const messages = this.#waiting;
      this.#waiting = [];
      this.#send(messages);
    });
  }
}
