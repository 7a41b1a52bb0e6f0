import { AsyncLocalStorage } from 'node:async_hooks';
import type { Logger } from '@volttron-ts/vip-core';
import type { ConfigAction, TableChange } from './config-table.ts';

/** What a callback is told. */
export interface ConfigChange {
  /** As it was written, case and all. */
  readonly name: string;
  readonly action: ConfigAction;
  /** With all links resolved; undefined after a DELETE. */
  readonly contents: unknown;
}

export type ConfigCallback = (change: ConfigChange) => void | Promise<void>;

export interface ConfigSubscriber {
  readonly actions: ReadonlySet<ConfigAction>;
  readonly pattern: RegExp;
  readonly callback: ConfigCallback;
}

interface Pending {
  readonly subscriber: ConfigSubscriber;
  readonly change: TableChange;
}

/**
 * Tells subscribers one after another; one that fails is logged. A change that waits while the same one comes again is
 * told once, with what then stands, so that what waits is bounded by what there is.
 */
export class ConfigCallbacks {
  readonly #contentsOf: (name: string) => unknown;
  readonly #log: Logger;
  readonly #subscribers = new Map<number, ConfigSubscriber>();
  readonly #pending = new Map<string, Pending>();
  readonly #inside = new AsyncLocalStorage<{ running: boolean }>();
  #count = 0;
  #running = false;

  constructor(contentsOf: (name: string) => unknown, log: Logger) {
    this.#contentsOf = contentsOf;
    this.#log = log;
  }

  /** Whether the caller runs inside a callback that has not ended. */
  get inside(): boolean {
    return this.#inside.getStore()?.running === true;
  }

  /** Tells the subscriber of what there is, and then of each change; the function it answers stops that. */
  subscribe(subscriber: ConfigSubscriber, existing: readonly TableChange[]): () => void {
    const id = ++this.#count;
    this.#subscribers.set(id, subscriber);
    for (const change of existing) this.#enqueue(id, subscriber, change);
    void this.#run();
    return () => {
      this.#subscribers.delete(id);
      for (const [key, pending] of this.#pending) if (pending.subscriber === subscriber) this.#pending.delete(key);
    };
  }

  tell(changes: readonly TableChange[]): void {
    for (const change of changes) {
      for (const [id, subscriber] of this.#subscribers) this.#enqueue(id, subscriber, change);
    }
    void this.#run();
  }

  #enqueue(id: number, subscriber: ConfigSubscriber, change: TableChange): void {
    if (!subscriber.actions.has(change.action) || !subscriber.pattern.test(change.key)) return;
    const key = JSON.stringify([id, change.key, change.action]);
    // At the end again: what was told last is what stands.
    this.#pending.delete(key);
    this.#pending.set(key, { subscriber, change });
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    for (;;) {
      const [next] = this.#pending;
      if (next === undefined) break;
      this.#pending.delete(next[0]);
      await this.#call(next[1]);
    }
    this.#running = false;
  }

  async #call({ subscriber, change: { name, action } }: Pending): Promise<void> {
    const call = { running: true };
    try {
      const contents = action === 'DELETE' ? undefined : this.#contentsOf(name);
      // Deleted since: that is told next.
      if (action !== 'DELETE' && contents === undefined) return;
      await this.#inside.run(call, () => subscriber.callback({ name, action, contents }));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#log.error('a callback for a configuration failed', { name, action, reason });
    } finally {
      // What it has started may go on, and is outside from now on.
      call.running = false;
    }
  }
}
