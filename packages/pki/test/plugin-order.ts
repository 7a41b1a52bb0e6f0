import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { createSigningRequest, generateKeyPair } from '../src/index.ts';
import type { JsonObject, KeyPair, OrderMeta, PluginContext, PluginOrder } from '../src/index.ts';

/** What the plugin host would make a plugin with. */
export async function contextFor(home: string, plugin: string, config: JsonObject): Promise<PluginContext> {
  const directory = join(home, 'certificate-plugins', plugin);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const quiet = (): void => undefined;
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  return { config, directory, home, instanceName: 'central', clock: { now: () => Date.now() }, log };
}

export async function requestFor({
  commonName,
  dnsNames = [],
  profile = 'client',
}: {
  commonName: string;
  dnsNames?: readonly string[];
  profile?: OrderMeta['profile'];
}): Promise<{ keys: KeyPair; orderMeta: OrderMeta }> {
  const keys = await generateKeyPair('P-256');
  const { pem: csr } = createSigningRequest({ subject: { commonName }, privateKey: keys.privateKey, dnsNames });
  return { keys, orderMeta: { csr, profile } };
}

export function orderFor(orderMeta: OrderMeta): PluginOrder {
  const { signal } = new AbortController();
  const save = (): Promise<void> => Promise.resolve();
  return { orderId: randomUUID(), openedAt: Date.now(), orderMeta, pluginMeta: {}, save, signal };
}
