import { randomUUID } from 'node:crypto';

import { createSigningRequest } from '../csr/signing-request.ts';
import { generateKeyPair } from '../key/key-algorithm.ts';
import type { KeyAlgorithmName, KeyPair } from '../key/key-algorithm.ts';
import type { Json, JsonObject, OrderMeta } from '../plugin/certificate-plugin.ts';

export interface TestOrderOptions {
  readonly key?: KeyAlgorithmName;
  readonly profile?: OrderMeta['profile'];
  /** Goes into `orderMeta` beside, or instead of, what is there anyway. */
  readonly more?: JsonObject;
  readonly pluginCaId?: string;
}

/** One order as the engine would keep it. */
export class TestOrder {
  readonly id = randomUUID();
  readonly openedAt = Date.now();
  readonly pluginCaId: string | undefined;
  /** As kept last. */
  pluginMeta: JsonObject = {};
  /** Everything that was kept, in order. */
  readonly kept: JsonObject[] = [];
  readonly abort = new AbortController();
  keys: KeyPair;
  orderMeta: OrderMeta;
  /** So often has the plugin saved. */
  saves = 0;
  /** What becomes of a `save` before, and after, it is kept. */
  onKept: () => Promise<void> = () => Promise.resolve();
  onSave: () => Promise<void> = () => Promise.resolve();

  constructor(keys: KeyPair, orderMeta: OrderMeta, pluginCaId: string | undefined) {
    this.keys = keys;
    this.orderMeta = orderMeta;
    this.pluginCaId = pluginCaId;
  }

  keep(pluginMeta: JsonObject): void {
    this.pluginMeta = pluginMeta;
    this.kept.push(pluginMeta);
  }
}

/** A request as a client makes it, and the key to it. */
export async function makeRequest(
  { subject, dnsNames }: { subject: { commonName: string }; dnsNames: readonly string[] },
  { key = 'P-256', profile = 'client', more = {} }: TestOrderOptions,
): Promise<{ keys: KeyPair; orderMeta: OrderMeta }> {
  const keys = await generateKeyPair(key);
  const { pem: csr } = createSigningRequest({ subject, privateKey: keys.privateKey, dnsNames });
  return { keys, orderMeta: frozen({ csr, profile, ...more }) };
}

/** Whoever changes it throws. */
export function frozen<T extends Json>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) frozen(member);
    Object.freeze(value);
  }
  return value;
}
