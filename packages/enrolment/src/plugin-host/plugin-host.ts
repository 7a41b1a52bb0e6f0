import type { OrderMeta } from '@volttron-ts/pki';
import type { Clock, Logger } from '@volttron-ts/vip-core';

import type { PluginCall, PluginOutcome, PluginRunner } from '../certificates/plugin-runner.ts';
import { PluginFailedError } from '../errors.ts';
import type { FromChild, HostStart, LoadedPlugin, ToChild } from './host-messages.ts';
import { PluginProcess } from './plugin-process.ts';

export interface PluginHostOptions extends HostStart {
  readonly clock: Clock;
  readonly log: Logger;
  /** ms that a method has; 30 s unless given. */
  readonly deadline?: number;
}

/** Runs an instance's plugins in one process of their own, started again whenever it ends. */
export interface PluginHost extends PluginRunner {
  /** Every configured plugin, in order, and why it cannot be used. */
  readonly plugins: readonly LoadedPlugin[];
  close(): Promise<void>;
}

const DEADLINE = 30_000;
/** What has not heard of its deadline after so many ms hangs. */
const GRACE = 2000;
const FIRST_RESTART = 100;
const LAST_RESTART = 30_000;
/** A process that lived so long was none that cannot start. */
const SETTLED = 60_000;
const CALLS_AT_ONCE = 256;

/** Something that waits for the child, or is in it. */
interface Task {
  readonly message: (id: number) => ToChild;
  readonly exclusive: boolean;
  readonly save: PluginCall['save'];
  readonly settle: (outcome: TaskOutcome) => void;
}

type TaskOutcome = PluginOutcome | { readonly kind: 'supported'; readonly answer: boolean };

interface Running extends Task {
  cancelDeadline: () => void;
}

/** Settles once the plugins are loaded, whether or not they can be used. */
export async function startPluginHost(options: PluginHostOptions): Promise<PluginHost> {
  const host = new ChildPluginHost(options);
  await host.ready;
  return host;
}

class ChildPluginHost implements PluginHost {
  readonly #options: PluginHostOptions;
  readonly #ready = Promise.withResolvers<undefined>();
  readonly #running = new Map<number, Running>();
  #waiting: Task[] = [];
  #child: PluginProcess | undefined;
  #serving = false;
  #plugins: readonly LoadedPlugin[] = [];
  #lastId = 0;
  #restarts = 0;
  #startedAt = 0;
  #cancelRestart: () => void = () => undefined;
  #closed = false;

  constructor(options: PluginHostOptions) {
    this.#options = options;
    this.#start();
  }

  get ready(): Promise<undefined> {
    return this.#ready.promise;
  }

  get plugins(): readonly LoadedPlugin[] {
    return this.#plugins;
  }

  get names(): readonly string[] {
    return this.#plugins.filter(({ problem }) => problem === undefined).map(({ name }) => name);
  }

  supports(plugin: string, orderMeta: OrderMeta): Promise<boolean> {
    return this.#supports(plugin, orderMeta, false);
  }

  /** One that was interrupted is asked again, alone: what ended the process may have been another plugin's doing. */
  #supports(plugin: string, orderMeta: OrderMeta, exclusive: boolean): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#enqueue({
        message: (id) => ({ kind: 'supports', id, plugin, orderMeta }),
        exclusive,
        save: () => Promise.resolve(),
        settle: (outcome) => {
          if (outcome.kind === 'supported') resolve(outcome.answer);
          else if (outcome.kind === 'interrupted' && !exclusive && !this.#closed) {
            this.#supports(plugin, orderMeta, true).then(resolve, reject);
          } else reject(new PluginFailedError(plugin, 'message' in outcome ? outcome.message : 'it answered nonsense'));
        },
      });
    });
  }

  call(call: PluginCall): Promise<PluginOutcome> {
    const { plugin, method, order, exclusive } = call;
    return new Promise((resolve) => {
      this.#enqueue({
        message: (id) => ({ kind: 'call', id, plugin, method, order }),
        exclusive,
        save: (pluginMeta) => call.save(pluginMeta),
        settle: (outcome) => {
          resolve(outcome.kind === 'supported' ? { kind: 'interrupted', message: 'it answered nonsense' } : outcome);
        },
      });
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelRestart();
    for (const task of this.#waiting.splice(0)) task.settle(interrupted('the platform stops'));
    await this.#child?.close();
  }

  #enqueue(task: Task): void {
    if (this.#closed) {
      task.settle(interrupted('the platform stops'));
      return;
    }
    this.#waiting.push(task);
    this.#pump();
  }

  /** Hands over what waits, in order; an exclusive call waits for an empty child, and everything behind it for its end. */
  #pump(): void {
    while (this.#serving && this.#waiting.length > 0 && this.#running.size < CALLS_AT_ONCE) {
      const [task] = this.#waiting;
      const isBlocked = [...this.#running.values()].some(({ exclusive }) => exclusive);
      if (task === undefined || isBlocked || (task.exclusive && this.#running.size > 0)) return;
      this.#waiting.shift();
      this.#run(task);
    }
  }

  #run(task: Task): void {
    const id = ++this.#lastId;
    const { clock, deadline = DEADLINE } = this.#options;
    const cancelDeadline = clock.after(deadline, () => {
      this.#late(id);
    });
    this.#running.set(id, { ...task, cancelDeadline });
    this.#child?.send(task.message(id));
  }

  /** A child that still hears gives up this call only; one that does not hangs, and is ended with all it has. */
  #late(id: number): void {
    const task = this.#running.get(id);
    if (task === undefined) return;
    this.#child?.send({ kind: 'abort', id });
    task.cancelDeadline = this.#options.clock.after(GRACE, () => {
      this.#options.log.error('The process of the certificate plugins hangs, and is ended');
      this.#child?.kill();
    });
  }

  #start(): void {
    const { home, instanceName, plugins, clock, log } = this.#options;
    this.#startedAt = clock.now();
    this.#child = new PluginProcess(
      { home, instanceName, plugins },
      {
        log,
        message: (message) => {
          this.#take(message);
        },
        ended: (how) => {
          this.#ended(how);
        },
      },
    );
  }

  #take(message: FromChild): void {
    if (message.kind === 'log') this.#options.log[message.level](message.message);
    else if (message.kind === 'ready') this.#loaded(message.plugins);
    else {
      const task = this.#running.get(message.id);
      if (task === undefined) return;
      if (message.kind === 'save') this.#save(message.id, task, message.pluginMeta);
      else if (message.kind === 'aborted') this.#settle(message.id, interrupted('it took too long'));
      else {
        const { id, ...outcome } = message;
        this.#settle(id, outcome);
      }
    }
  }

  #save(id: number, task: Running, pluginMeta: Parameters<PluginCall['save']>[0]): void {
    const child = this.#child;
    task.save(pluginMeta).then(
      () => child?.send({ kind: 'saved', id }),
      (error: unknown) => child?.send({ kind: 'saved', id, problem: String(error) }),
    );
  }

  #settle(id: number, outcome: TaskOutcome): void {
    const task = this.#running.get(id);
    if (task === undefined) return;
    this.#running.delete(id);
    task.cancelDeadline();
    task.settle(outcome);
    this.#pump();
  }

  #loaded(plugins: readonly LoadedPlugin[]): void {
    this.#plugins = plugins;
    for (const { name, problem } of plugins) {
      if (problem !== undefined) this.#options.log.error(`The certificate plugin ${name} is not used: ${problem}`);
    }
    this.#serving = true;
    this.#ready.resolve(undefined);
    this.#pump();
  }

  #ended(how: string): void {
    const { clock, log } = this.#options;
    this.#serving = false;
    this.#child = undefined;
    for (const id of [...this.#running.keys()])
      this.#settle(id, interrupted(`the process of the plugins ended (${how})`));
    if (this.#closed) return;
    this.#restarts = clock.now() - this.#startedAt > SETTLED ? 0 : this.#restarts + 1;
    const wait = Math.min(FIRST_RESTART * 2 ** Math.max(0, this.#restarts - 1), LAST_RESTART);
    log.warn(`The process of the certificate plugins ended (${how}), and is started again`, { milliseconds: wait });
    this.#cancelRestart = clock.after(wait, () => {
      this.#start();
    });
    // A plugin that ends its process while it loads must not keep the platform from starting.
    this.#ready.resolve(undefined);
  }
}

const interrupted = (message: string): PluginOutcome => ({ kind: 'interrupted', message });
