import { mkdir, mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { expect } from 'vitest';

import { readSigningRequest } from '../csr/signing-request.ts';
import { certificateStatus } from '../plugin/certificate-plugin.ts';
import type {
  CertificatePlugin,
  Json,
  JsonObject,
  OrderMethod,
  PluginContext,
  PluginOrder,
  PluginResult,
} from '../plugin/certificate-plugin.ts';
import type { PluginFeatures, PluginSetup, PluginUnderTest } from './plugin-under-test.ts';
import { expectPluginResult } from './plugin-result-checks.ts';
import { frozen, makeRequest, TestOrder } from './test-order.ts';
import type { TestOrderOptions } from './test-order.ts';

/** ms; the plugin host gives a method as long. */
const DEADLINE = 30_000;
/** A real CA is asked again this soon, ms, instead of after the hour that the plugin may want. */
const SHORT = 50;
const ROUNDS = 400;

/** The rig of the check that runs. */
export type RigSource = () => PluginRig;

/** Plays the order engine for one plugin. */
export class PluginRig {
  readonly tested: PluginUnderTest;
  readonly home: string;
  readonly root: string;
  /** Everything that left the plugin as text. */
  readonly texts: string[] = [];
  readonly features: PluginFeatures;
  #plugin: CertificatePlugin | undefined;
  #requests = 0;

  private constructor(tested: PluginUnderTest, root: string, features: PluginFeatures) {
    this.tested = tested;
    this.root = root;
    this.home = join(root, 'home');
    this.features = features;
  }

  static async start(setup: PluginSetup, features: PluginFeatures): Promise<PluginRig> {
    const root = await realpath(await mkdtemp(join(tmpdir(), 'plugin-')));
    const home = join(root, 'home');
    await mkdir(home, { mode: 0o700 });
    return new PluginRig(await setup(home), root, features);
  }

  async stop(): Promise<void> {
    await this.close();
    await this.tested.close?.();
    await rm(this.root, { recursive: true, force: true });
  }

  get plugin(): CertificatePlugin {
    if (this.#plugin === undefined) throw new Error('The plugin under test is not open.');
    return this.#plugin;
  }

  get directory(): string {
    return join(this.home, 'certificate-plugins', this.tested.definition.name.replaceAll('/', '+'));
  }

  /** As in a new process: what the plugin had in memory is gone. */
  async open(config: JsonObject = this.tested.config): Promise<CertificatePlugin> {
    await this.close();
    this.#plugin = await this.make(config);
    return this.#plugin;
  }

  async make(config: JsonObject): Promise<CertificatePlugin> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const line = (message: string): void => void this.texts.push(message);
    const context: PluginContext = {
      config: frozen(structuredClone(config) as Record<string, Json>),
      directory: this.directory,
      home: this.home,
      instanceName: this.tested.instanceName ?? 'central',
      clock: { now: () => Date.now() },
      log: { debug: line, info: line, warn: line, error: line },
    };
    return this.tested.definition.create(context);
  }

  async close(): Promise<void> {
    const plugin = this.#plugin;
    this.#plugin = undefined;
    await plugin?.close?.();
  }

  async asked(): Promise<number> {
    return (await this.tested.asked?.()) ?? 0;
  }

  async order(options: TestOrderOptions = {}): Promise<TestOrder> {
    const profile = options.profile ?? this.features.profiles?.[0] ?? 'client';
    const { keys, orderMeta } = await makeRequest(this.#names(), { profile, ...options });
    return new TestOrder(keys, orderMeta, options.pluginCaId);
  }

  /** The client puts another key into its order. */
  async change(order: TestOrder): Promise<void> {
    const { keys, orderMeta } = await makeRequest(this.#names(), { profile: order.orderMeta.profile });
    order.keys = keys;
    order.orderMeta = orderMeta;
  }

  #names(): ReturnType<NonNullable<PluginUnderTest['names']>> {
    const n = ++this.#requests;
    const usual = { subject: { commonName: `central.meter${n}` }, dnsNames: [`meter${n}.example`] };
    return this.tested.names?.(n) ?? usual;
  }

  /** The alternative names that the request of an order holds. */
  namesOf({ orderMeta }: TestOrder): readonly string[] {
    return readSigningRequest(orderMeta.csr).dnsNames;
  }

  /** One call as the engine makes it. An exception counts as INVALID_OPERATION, as there. */
  async call(order: TestOrder, method: OrderMethod, plugin = this.plugin): Promise<PluginResult> {
    const pluginMeta = structuredClone(order.pluginMeta) as Record<string, Json>;
    const given: PluginOrder = {
      ...{ orderId: order.id, openedAt: order.openedAt, orderMeta: order.orderMeta, pluginMeta },
      ...(order.pluginCaId === undefined ? {} : { pluginCaId: order.pluginCaId }),
      save: async () => {
        const saved = this.#json(pluginMeta);
        await order.onSave();
        order.keep(saved);
        order.saves += 1;
        await order.onKept();
      },
      signal: order.abort.signal,
    };
    const result = await this.#settled(plugin, method, given);
    order.keep(this.#json(pluginMeta));
    expectPluginResult(result);
    this.texts.push(result.statusMessage ?? '');
    return result;
  }

  async #settled(plugin: CertificatePlugin, method: OrderMethod, order: PluginOrder): Promise<PluginResult> {
    const late = new AbortController();
    const deadline = pause(DEADLINE, undefined, { signal: late.signal, ref: false }).then(
      () => Promise.reject(new Error(`${method} has not settled within ${DEADLINE} ms`)),
      () => undefined as never,
    );
    try {
      const called = async (): Promise<PluginResult> => plugin[method](order);
      return await Promise.race([called().catch(failed), deadline]);
    } finally {
      late.abort();
    }
  }

  /** What is kept is JSON and nothing else. */
  #json(pluginMeta: Record<string, Json>): JsonObject {
    const text = JSON.stringify(pluginMeta);
    this.texts.push(text);
    const kept = JSON.parse(text) as JsonObject;
    expect(kept, 'pluginMeta is not the same after it was kept as JSON').toStrictEqual(pluginMeta);
    return kept;
  }

  /** Follows an answer as the engine does, until the order ends; `each` sees the answers between. */
  async follow(
    order: TestOrder,
    first: PluginResult,
    method: OrderMethod,
    each: (result: PluginResult) => unknown = () => this.tested.work?.(),
  ): Promise<PluginResult> {
    let [result, called] = [first, method];
    for (let round = 0; round < ROUNDS; round++) {
      if (!isOpen(result)) return result;
      await each(result);
      await pause(Math.min(result.retryMsec ?? SHORT, SHORT));
      const isAway = result.status === certificateStatus.CA_UNAVAILABLE_FOR_REQUEST;
      called = result.retryMethod ?? (isAway ? called : 'checkCertificateStatus');
      result = await this.call(order, called);
    }
    throw new Error(`After ${ROUNDS} calls the order is still open: ${JSON.stringify(result)}`);
  }

  /** Calls a method and follows its answer to the end. */
  async finish(order: TestOrder, method: OrderMethod): Promise<PluginResult> {
    return this.follow(order, await this.call(order, method), method);
  }

  /** Ends the plugin's process as its n-th save is kept. Answers whether it came so far; else the order has ended. */
  async crash(order: TestOrder, method: OrderMethod, n: number): Promise<boolean> {
    const crashed = Promise.withResolvers<boolean>();
    order.onKept = () => {
      if (order.saves < n) return Promise.resolve();
      crashed.resolve(true);
      return new Promise(() => undefined);
    };
    const ended = this.finish(order, method).then(() => false);
    // What was cut off never settles, or runs into its deadline.
    ended.catch(() => undefined);
    const isCrashed = await Promise.race([crashed.promise, ended]);
    order.onKept = () => Promise.resolve();
    return isCrashed;
  }

  issue(order: TestOrder): Promise<PluginResult> {
    return this.finish(order, 'issueCertificateRequest');
  }

  /** Every private key below the home, a characteristic line of each, and what the setup itself calls secret. */
  async secrets(): Promise<string[]> {
    const found = [...(this.tested.secrets ?? [])];
    for (const path of await this.files()) {
      const text = await readFile(path, 'latin1');
      const block = /-----BEGIN [A-Z ]*PRIVATE KEY-----\s+(\S+)\s+(\S+)/.exec(text);
      if (block !== null) found.push(...block.slice(1));
    }
    return found;
  }

  async files(): Promise<string[]> {
    const entries = await readdir(this.home, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  }
}

const open: readonly string[] = [
  certificateStatus.WAITING_FOR_CA,
  certificateStatus.CLIENT_DATA_ISSUE_SEEN,
  certificateStatus.CA_UNAVAILABLE_FOR_REQUEST,
];

/** Whether the order goes on. */
export const isOpen = ({ status }: PluginResult): boolean => open.includes(status);

function failed(error: unknown): PluginResult {
  expect(error, 'a plugin throws errors').toBeInstanceOf(Error);
  return { status: certificateStatus.INVALID_OPERATION, statusMessage: (error as Error).message };
}
