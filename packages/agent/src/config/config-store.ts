import { InvalidValueError, services, t, UnreachableError } from '@volttron-ts/vip-core';
import type { Logger } from '@volttron-ts/vip-core';
import { ConfigCallbackError, UnknownMethodError } from '../errors.ts';
import type { PeerList } from '../peers.ts';
import type { RpcDispatcher } from '../rpc/dispatcher.ts';
import type { Caller } from '../rpc/method.ts';
import type { Rpc } from '../rpc/rpc.ts';
import type { Session } from '../session/session.ts';
import { ConfigCallbacks } from './config-callbacks.ts';
import type { ConfigCallback } from './config-callbacks.ts';
import { ConfigTable } from './config-table.ts';
import type { ConfigAction, TableChange } from './config-table.ts';
import { globExpression } from './glob.ts';
import { configKey } from './links.ts';

export interface ConfigSubscribeOptions {
  /** All three when not given. */
  readonly actions?: readonly ConfigAction[];
  /** A shell-style pattern of names, such as `devices/*`; all when not given. */
  readonly pattern?: string;
}

export interface ConfigWriteOptions {
  /** True runs the agent's own callbacks for it; false when not given. */
  readonly triggerCallback?: boolean;
}

/** `vip.config`: the agent's configurations in the platform's store. Names are compared whatever their case. */
export interface ConfigStore {
  /** The contents, with all links resolved; undefined when there is no such configuration. */
  get(name?: string): unknown;
  /** Names as they were written, sorted; defaults among them. */
  list(): string[];
  /** Stands where the store has nothing of this name. */
  setDefault(name: string, contents: unknown): void;
  /**
   * Writes to the store: text as it is, objects and arrays as JSON. Rejects with ConfigCallbackError inside a callback,
   * with InvalidValueError, and with what `rpc.call` rejects with.
   */
  set(name: string, contents: unknown, options?: ConfigWriteOptions): Promise<void>;
  delete(name: string, options?: ConfigWriteOptions): Promise<void>;
  /**
   * Calls back for each configuration there is, as NEW, and for each change: one callback after another, `config`
   * first. The function it answers stops that.
   */
  subscribe(options: ConfigSubscribeOptions, callback: ConfigCallback): () => void;
}

export interface ConfigStoreContext {
  readonly session: Session;
  readonly rpc: Rpc;
  readonly dispatcher: RpcDispatcher;
  readonly peers: PeerList;
  readonly log: Logger;
  /** Rejects with UnauthorizedError unless the caller may push configurations. */
  readonly checkPusher: (caller: Caller, method: string) => Promise<void>;
}

/** Who keeps configurations, as line 9 of Python names it and as the later ones do. */
const stores: readonly string[] = [services.configStore, 'platform.config_store'];

/** Whether the peer is a platform's configuration store, by its name. */
export const isConfigStore = (peer: string): boolean => stores.includes(peer);

/** How long an agent's start may be held up by a store that does not answer, ms. */
const PATIENCE_MS = 5000;
const actions: readonly ConfigAction[] = ['NEW', 'UPDATE', 'DELETE'];

/** The agent's side of the configuration store (vip-zmq.md §2.16, agents-cli.md §7.6). */
export class ConfigStoreClient implements ConfigStore {
  readonly #context: ConfigStoreContext;
  readonly #table = new ConfigTable();
  readonly #callbacks: ConfigCallbacks;
  /** The store that answered, and whether it takes the identity as its first argument, as all but that of 10.1 do. */
  #store = { peer: services.configStore as string, named: true };
  #applied: (read: () => unknown) => void = () => undefined;
  #settle: () => void = () => undefined;
  #asking = false;
  /** Set when a store came while it was asked for. */
  #askAgain = false;

  constructor(context: ConfigStoreContext) {
    this.#context = context;
    this.#callbacks = new ConfigCallbacks((name) => this.#table.get(name), context.log);
  }

  /**
   * Fetches the configurations at each connection, and takes what the store pushes. `applied` is called after each
   * change of the configuration named `config`, and reads it: undefined when there is none. Settles when the store has
   * answered, cannot, or has let 5 s pass.
   */
  follow(applied: (read: () => unknown) => void): Promise<void> {
    const { session, peers, log } = this.#context;
    this.#applied = applied;
    this.#export();
    const ready = new Promise<void>((resolve) => {
      this.#settle = resolve;
    });
    let cancel: (() => void) | undefined;
    session.onPhase((phase) => {
      if (phase !== 'established') return;
      cancel ??= session.clock.after(PATIENCE_MS, () => {
        log.warn('the configuration store has not answered; the agent begins without it');
        this.#settle();
      });
      void this.#initialize();
    });
    peers.onChange((change, peer) => {
      if (change !== 'add' || !isConfigStore(peer)) return;
      this.#askAgain = this.#asking;
      void this.#initialize();
    });
    return ready.finally(() => cancel?.());
  }

  get(name = 'config'): unknown {
    return this.#table.get(name);
  }

  list(): string[] {
    return this.#table
      .all()
      .map(({ name }) => name)
      .sort();
  }

  setDefault(name: string, contents: unknown): void {
    this.#changed(this.#table.setDefault(name, contents), true);
  }

  async set(name: string, contents: unknown, { triggerCallback = false }: ConfigWriteOptions = {}): Promise<void> {
    this.#checkOutside();
    const isText = typeof contents === 'string';
    if (!isText && (typeof contents !== 'object' || contents === null)) {
      const why = `The contents of "${name}" are neither text, an object nor an array.`;
      throw new InvalidValueError('contents', contents, why, 'Wrap the value, such as {"value": …}.');
    }
    const raw = isText ? contents : JSON.stringify(contents);
    // That of 10.1 finds out itself what the contents are.
    const args = this.#store.named ? [name, raw] : [name, contents];
    const type = this.#store.named ? { config_type: isText ? 'raw' : 'json' } : {};
    await this.#write('set_config', args, { ...type, trigger_callback: triggerCallback });
  }

  async delete(name: string, { triggerCallback = false }: ConfigWriteOptions = {}): Promise<void> {
    this.#checkOutside();
    await this.#write('delete_config', [name], { trigger_callback: triggerCallback });
  }

  subscribe(options: ConfigSubscribeOptions, callback: ConfigCallback): () => void {
    const pattern = globExpression(options.pattern ?? '*');
    const subscriber = { actions: new Set(options.actions ?? actions), pattern, callback };
    return this.#callbacks.subscribe(subscriber, this.#table.all());
  }

  #checkOutside(): void {
    if (this.#callbacks.inside) throw new ConfigCallbackError();
  }

  async #write(method: string, args: readonly unknown[], kwargs: Readonly<Record<string, unknown>>): Promise<void> {
    const { peer, named } = this.#store;
    const { rpc, session } = this.#context;
    await rpc.call(peer, method, named ? [session.identity, ...args] : args, { kwargs });
  }

  /** The store calls `config.initial_update` before it answers. */
  async #initialize(): Promise<void> {
    if (this.#asking || !this.#connected()) return;
    this.#asking = true;
    try {
      await this.#askStores();
      this.#settle();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      // Lost with the connection: the next one asks again.
      if (this.#connected()) {
        this.#context.log.warn('the configuration store did not hand out configurations', { reason });
        this.#settle();
      }
    } finally {
      this.#asking = false;
    }
    if (!this.#askAgain) return;
    this.#askAgain = false;
    await this.#initialize();
  }

  #connected(): boolean {
    return this.#context.session.phase === 'established';
  }

  async #askStores(): Promise<void> {
    for (const peer of stores) {
      try {
        this.#store = { peer, named: await this.#ask(peer) };
        return;
      } catch (error) {
        if (!(error instanceof UnreachableError)) throw error;
      }
    }
    this.#context.log.info('the platform has no configuration store');
  }

  async #ask(peer: string): Promise<boolean> {
    const { rpc, session } = this.#context;
    try {
      await rpc.call(peer, 'initialize_configs', [session.identity]);
      return true;
    } catch (error) {
      if (!(error instanceof UnknownMethodError)) throw error;
      await rpc.call(peer, 'get_configs');
      return false;
    }
  }

  #export(): void {
    const { dispatcher, checkPusher } = this.#context;
    dispatcher.export('config.initial_update', {
      requires: [],
      params: t.Tuple([t.Record(t.String(), t.Unknown(), { title: 'configs' })]),
      call: async ([configs], caller) => {
        await checkPusher(caller, 'config.initial_update');
        this.#changed(this.#table.replace(configs as Record<string, unknown>), true);
      },
    });
    dispatcher.export('config.update', {
      requires: [],
      params: t.Tuple([
        t.Enum([...actions, 'DELETE_ALL'], { title: 'action' }),
        t.Union([t.String(), t.Null()], { title: 'config_name' }),
        t.Unknown({ title: 'contents', default: null }),
        t.Boolean({ title: 'trigger_callback', default: false }),
      ]),
      call: async ([action, name, contents, trigger], caller) => {
        await checkPusher(caller, 'config.update');
        this.#changed(this.#take(String(action), name as string | null, contents), trigger === true);
      },
    });
  }

  #take(action: string, name: string | null, contents: unknown): readonly TableChange[] {
    if (action === 'DELETE_ALL') return this.#table.replace({});
    if (name === null || configKey(name) === '') {
      throw new InvalidValueError('config_name', name, `${action} needs the name of a configuration.`);
    }
    return action === 'DELETE' ? this.#table.delete(name) : this.#table.put(name, contents);
  }

  #changed(changes: readonly TableChange[], tell: boolean): void {
    if (changes.some(({ key }) => key === 'config')) this.#applied(() => this.#table.get('config'));
    if (tell) this.#callbacks.tell(changes);
  }
}
