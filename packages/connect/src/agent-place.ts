import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openKeyStoreFile, publicKeyOf, Secret } from '@volttron-ts/auth';
import type { KeyPair } from '@volttron-ts/auth';
import { decodeKey, encodeKey, InvalidValueError } from '@volttron-ts/vip-core';

type Environment = Readonly<Record<string, string | undefined>>;

/** What an agent has of its own on this host. */
export interface AgentPlace {
  /** Undefined: those of the home's key store for its identity. */
  readonly keys: KeyPair | undefined;
  /** Where it keeps its files: kept when its code is installed anew. */
  readonly dataFolder: string;
}

/**
 * Keys and data folder of an agent (reference/vip-zmq.md §4.4, §6.2): `AGENT_PUBLICKEY` and `AGENT_SECRETKEY`, else
 * the installed agent's own that `AGENT_UUID` names.
 */
export async function findAgentPlace(home: string, environment: Environment): Promise<AgentPlace> {
  const given = givenKeys(environment);
  const installed = await installedFolder(home, environment['AGENT_UUID']);
  if (installed === undefined) return { keys: given, dataFolder: process.cwd() };
  const { folder, name } = installed;
  return {
    keys: given ?? (await openKeyStoreFile(join(folder, `${name}.dist-info`, 'keystore.json'))),
    dataFolder: await dataFolderOf(folder, name),
  };
}

function givenKeys(environment: Environment): KeyPair | undefined {
  const { AGENT_PUBLICKEY: publicText, AGENT_SECRETKEY: secretText } = environment;
  if (publicText === undefined && secretText === undefined) return undefined;
  const pair = readPair(publicText ?? '', secretText ?? '');
  if (pair !== undefined) return pair;
  const problem = 'AGENT_PUBLICKEY and AGENT_SECRETKEY are not the two halves of one pair.';
  throw new InvalidValueError('AGENT_PUBLICKEY', publicText, problem, 'Set both from one key pair, or neither.');
}

function readPair(publicText: string, secretText: string): KeyPair | undefined {
  try {
    const publicKey = encodeKey(decodeKey(publicText));
    const secret = new Secret(secretText);
    return publicKeyOf(secret) === publicKey ? { publicKey, secret } : undefined;
  } catch {
    return undefined;
  }
}

/** `agents/<uuid>/<name-version>`, the one folder there. */
async function installedFolder(
  home: string,
  uuid: string | undefined,
): Promise<{ readonly folder: string; readonly name: string } | undefined> {
  if (uuid === undefined || !/^[\w-]+$/.test(uuid)) return undefined;
  const root = join(home, 'agents', uuid);
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  for (const { name } of entries.filter((entry) => entry.isDirectory())) {
    const inside = await readdir(join(root, name)).catch((): string[] => []);
    if (inside.includes(`${name}.dist-info`)) return { folder: join(root, name), name };
  }
  return undefined;
}

/** `<package>.agent-data`; the package's name has no version. */
async function dataFolderOf(folder: string, name: string): Promise<string> {
  const found = (await readdir(folder)).find((entry) => entry.endsWith('.agent-data'));
  return join(folder, found ?? `${name}.agent-data`);
}
