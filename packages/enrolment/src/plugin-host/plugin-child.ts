/** The process that certificate plugins run in; started by PluginHost only. */
import process from 'node:process';

import type { CertificatePlugin, Json, JsonObject, OrderMethod, PluginContext, PluginOrder } from '@volttron-ts/pki';

import { Batch } from './host-messages.ts';
import type { FromChild, HostedOrder, HostStart, LoadedPlugin, ToChild } from './host-messages.ts';
import { loadPlugin } from './load-plugin.ts';

/** More than this is no answer of a CA, and would be kept and sent about for ever. */
const MAX_ANSWER = 16 << 20;

interface Running {
  readonly abort: AbortController;
  /** Saves under way, in order. */
  readonly saves: PromiseWithResolvers<undefined>[];
}

const plugins = new Map<string, CertificatePlugin>();
const running = new Map<number, Running>();
const outbox = new Batch<FromChild>((messages) => process.send?.(messages));
const tell = (message: FromChild): void => {
  outbox.add(message);
};

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 4000);

const log = (plugin: string): PluginContext['log'] => {
  const line = (level: 'debug' | 'info' | 'warn' | 'error') => (message: string) => {
    tell({ kind: 'log', level, message: `${plugin}: ${message.slice(0, 1000)}` });
  };
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
};

async function start(options: HostStart): Promise<void> {
  const loaded: LoadedPlugin[] = [];
  for (const name of options.plugins) {
    try {
      plugins.set(name, await loadPlugin(name, options, log(name)));
      loaded.push({ name });
    } catch (error) {
      loaded.push({ name, problem: textOf(error) });
    }
  }
  tell({ kind: 'ready', plugins: loaded });
}

function pluginOf(name: string): CertificatePlugin {
  const plugin = plugins.get(name);
  if (plugin === undefined) throw new Error(`The certificate plugin "${name}" is not loaded.`);
  return plugin;
}

async function call(id: number, name: string, method: OrderMethod, order: HostedOrder): Promise<void> {
  const state: Running = { abort: new AbortController(), saves: [] };
  running.set(id, state);
  const pluginMeta: Record<string, Json> = { ...order.pluginMeta };
  try {
    const given: PluginOrder = { ...order, pluginMeta, save: () => save(id, pluginMeta), signal: state.abort.signal };
    const result: unknown = await pluginOf(name)[method](given);
    tell({ kind: 'result', id, result: plain(result), pluginMeta: plainObject(pluginMeta) });
  } catch (error) {
    tell({ kind: 'thrown', id, message: textOf(error), pluginMeta: lastGood(pluginMeta, order.pluginMeta) });
  } finally {
    running.delete(id);
  }
}

function save(id: number, pluginMeta: JsonObject): Promise<void> {
  const state = running.get(id);
  if (state === undefined) return Promise.reject(new Error('The call has settled: nothing is saved any more.'));
  const saving = Promise.withResolvers<undefined>();
  tell({ kind: 'save', id, pluginMeta: plainObject(pluginMeta) });
  state.saves.push(saving);
  return saving.promise;
}

/** As JSON has it; throws for what is none, and for too much of it. */
function plain(value: unknown): unknown {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return undefined;
  if (text.length > MAX_ANSWER)
    throw new Error(`The plugin's answer has ${text.length} characters, more than ${MAX_ANSWER}.`);
  return JSON.parse(text);
}

const plainObject = (value: JsonObject): JsonObject => plain(value) as JsonObject;

function lastGood(changed: JsonObject, before: JsonObject): JsonObject {
  try {
    return plainObject(changed);
  } catch {
    return before;
  }
}

async function supports(id: number, name: string, orderMeta: HostedOrder['orderMeta']): Promise<void> {
  try {
    const answer: unknown = await pluginOf(name).supports(orderMeta);
    tell({ kind: 'supported', id, answer: answer === true });
  } catch (error) {
    tell({ kind: 'thrown', id, message: textOf(error), pluginMeta: {} });
  }
}

function take(message: ToChild): void {
  if (message.kind === 'call') void call(message.id, message.plugin, message.method, message.order);
  else if (message.kind === 'supports') void supports(message.id, message.plugin, message.orderMeta);
  else if (message.kind === 'abort') {
    running.get(message.id)?.abort.abort();
    tell({ kind: 'aborted', id: message.id });
  } else {
    const saving = running.get(message.id)?.saves.shift();
    if (message.problem === undefined) saving?.resolve(undefined);
    else saving?.reject(new Error(message.problem));
  }
}

process.once('message', (options: HostStart) => {
  process.on('message', (messages: readonly ToChild[]) => {
    for (const message of messages) take(message);
  });
  void start(options);
});
// The platform has ended, or ended this.
process.once('disconnect', () => process.exit(0));
// What a plugin leaves unhandled is its own failure, told in the log; its calls settle or run into their deadline.
process.on('unhandledRejection', (error) => {
  tell({ kind: 'log', level: 'warn', message: `a certificate plugin left a rejection unhandled: ${textOf(error)}` });
});
