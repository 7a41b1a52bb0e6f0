import { services } from '@volttron-ts/vip-core';

import { withEntry } from './auth-changes.ts';
import { readEntries } from './auth-document.ts';
import type { AuthFile } from './auth-file.ts';
import type { AuthContents } from './auth-document.ts';
import type { AuthEntry, AuthEntryInput } from './auth-entry.ts';
import type { RawAuthDocument } from './auth-upgrade.ts';
import type { Capabilities } from './capabilities.ts';

const EVERYONES_CONFIG: Capabilities = { edit_config_store: { identity: '/.*/' } };
const FULL: Capabilities = {
  ...EVERYONES_CONFIG,
  modify_rpc_method_allowance: null,
  allow_auth_modifications: null,
  manage_agents: null,
};

/** What each of the platform's own names may do (reference/vip-zmq.md §3.5); the journal and `manage_agents` are ours. */
export const platformCapabilities: Readonly<Record<string, Capabilities>> = {
  platform: EVERYONES_CONFIG,
  [services.controlConnection]: FULL,
  [services.configStore]: { sync_agent_config: null },
  [services.auth]: { modify_rpc_method_allowance: null },
  [services.control]: FULL,
  [services.keyDiscovery]: {},
  [services.health]: {},
  [services.web]: { allow_auth_modifications: null },
  [services.journal]: {},
};

/** What the services may do that run inside the platform: they have no keys, and so no entries. */
export const serviceCapabilities: Readonly<Record<string, Capabilities>> = Object.fromEntries(
  Object.entries(platformCapabilities).filter(([name]) => name !== 'platform' && name !== services.controlConnection),
);

const COMMENT = 'Automatically added by platform on start';

/** The entry the platform makes for one of its own names. */
export function platformEntry(name: string, publicKey: string): AuthEntryInput {
  return {
    credentials: publicKey,
    user_id: name,
    identity: name === 'platform' ? null : name,
    capabilities: platformCapabilities[name] ?? {},
    comments: COMMENT,
  };
}

/** The entry of an installed agent, which may edit its own configuration; `further` is what its installer adds. */
export function agentEntry(identity: string, publicKey: string, further: Capabilities = {}): AuthEntryInput {
  const own: Capabilities =
    identity === 'platform.agent' ? { ...EVERYONES_CONFIG, manage_agents: null } : { edit_config_store: { identity } };
  return {
    credentials: publicKey,
    user_id: identity,
    identity,
    capabilities: { ...own, ...further },
    comments: 'Automatically added on agent install',
  };
}

/**
 * Sees to it that each entry is there with at least its capabilities: a missing one is added, one with another key
 * replaced, and what an operator added to one is kept. Writes once, or not at all.
 */
export function ensureEntries(file: AuthFile, wanted: readonly AuthEntryInput[]): Promise<AuthContents> {
  return file.change((document) => wanted.reduce(ensureEntry, document));
}

function ensureEntry(document: RawAuthDocument, wanted: AuthEntryInput): RawAuthDocument {
  const found = readEntries(document, 'allow').entries.find(({ entry }) => entry.user_id === wanted.user_id)?.entry;
  if (found === undefined) return withEntry(document, 'allow', wanted, true);
  const capabilities = { ...found.capabilities, ...(wanted.capabilities as Capabilities) };
  const next: AuthEntry = {
    ...found,
    credentials: wanted.credentials ?? found.credentials,
    identity: wanted.identity ?? null,
    capabilities,
  };
  return JSON.stringify(next) === JSON.stringify(found) ? document : withEntry(document, 'allow', next, true);
}
