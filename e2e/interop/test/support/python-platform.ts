import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KeyStore } from '@volttron-ts/auth';
import type { KeyPair } from '@volttron-ts/auth';
import { freePort } from '@volttron-ts/demo';
import { scratch } from './our-platform.ts';
import { interpreterOf, scripts } from './python-line.ts';
import type { PythonLine } from './python-line.ts';
import type { PeerSettings } from './python-peer.ts';
import { PythonProcess } from './python-process.ts';

/** A Python platform: its home, its process, and the keys of those it lets in. */
export class PythonPlatform {
  readonly address: string;
  readonly serverKey: string;
  /** Where keys of peers are kept: a home as ours, so that agents of ours find theirs. */
  readonly peersHome: string;

  readonly #launch: () => Promise<PythonProcess>;
  #process: PythonProcess;

  private constructor(known: Pick<PythonPlatform, 'address' | 'serverKey' | 'peersHome'>, launched: Launched) {
    this.address = known.address;
    this.serverKey = known.serverKey;
    this.peersHome = known.peersHome;
    this.#launch = launched.launch;
    this.#process = launched.process;
  }

  /** Starts it; these identities may connect. Settles when its last service is connected. */
  static async start(
    stack: AsyncDisposableStack,
    line: PythonLine,
    identities: readonly string[],
  ): Promise<PythonPlatform> {
    const [home, peersHome] = [await scratch(stack), await scratch(stack)];
    const peers = await Promise.all(
      identities.map(async (identity) => ({ identity, keys: await new KeyStore(peersHome).agent(identity) })),
    );
    const address = `tcp://127.0.0.1:${await freePort(0)}`;
    const isEleven = line.module === 'line_11';
    await (isEleven ? prepareEleven(home, peers) : prepareTen(home, peers));
    const options = isEleven ? ['--dev', '--address', address] : ['--vip-address', address];
    const args = [join(scripts, 'volttron_server.py'), '-v', '--instance-name', 'python', ...options];
    const interpreter = await interpreterOf(line);
    const launch = async (): Promise<PythonProcess> => {
      const process = new PythonProcess(interpreter, args, home);
      stack.defer(async () => process.stop('SIGINT'));
      const services = ['platform.auth', 'platform.health', 'platform.config_store'];
      await process.says(...services.map((service) => `identity: ${service} `));
      return process;
    };
    const process = await launch();
    const keyFile = isEleven ? 'credentials_store/platform.json' : 'keystore';
    const stored = JSON.parse(await readFile(join(home, keyFile), 'utf8')) as Record<string, string>;
    const serverKey = stored[isEleven ? 'publickey' : 'public'] ?? '';
    return new PythonPlatform({ address, serverKey, peersHome }, { launch, process });
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    await this.#process.stop('SIGKILL');
  }

  /** Starts it again, in its home and at its address. */
  async restart(): Promise<void> {
    this.#process = await this.#launch();
  }

  /** What it has written last, for messages. */
  get errors(): readonly string[] {
    return this.#process.errors;
  }

  /** What a peer needs to connect as an identity with its key. */
  async settings(identity: string): Promise<PeerSettings> {
    const { publicKey, secret } = await new KeyStore(this.peersHome).agent(identity);
    const keys = { publickey: publicKey, secretkey: secret.reveal(), serverkey: this.serverKey };
    return { identity, address: this.address, ...keys };
  }

  /** What tells an agent of ours to connect here. */
  get environment(): Record<string, string> {
    return { VOLTTRON_VIP_ADDR: this.address, VOLTTRON_SERVERKEY: this.serverKey };
  }
}

interface Launched {
  readonly launch: () => Promise<PythonProcess>;
  readonly process: PythonProcess;
}

interface Peer {
  readonly identity: string;
  readonly keys: KeyPair;
}

/** Entries as in `auth.json` of 9, which has a later version. */
async function prepareTen(home: string, peers: readonly Peer[]): Promise<void> {
  const allow = peers.map(({ identity, keys }) => ({
    credentials: keys.publicKey,
    user_id: identity,
    capabilities: { edit_config_store: { identity } },
  }));
  const version = { major: 1, minor: 2 };
  await writeFile(join(home, 'auth.json'), JSON.stringify({ allow, deny: [], groups: {}, roles: {}, version }));
}

/** A file of credentials for each, and rights as the platform gives them to those it makes itself. */
async function prepareEleven(home: string, peers: readonly Peer[]): Promise<void> {
  await mkdir(join(home, 'credentials_store'), { mode: 0o700 });
  for (const { identity, keys } of peers) {
    const credentials = { identity, publickey: keys.publicKey, secretkey: '', domain: '', address: '' };
    await writeFile(join(home, 'credentials_store', `${identity}.json`), JSON.stringify(credentials));
  }
  const own = ['initialize_configs', 'set_config', 'delete_config'].map((name) => `platform.config_store.${name}`);
  const agents = Object.fromEntries(peers.map(({ identity }) => [identity, { rpc_capabilities: own }]));
  await writeFile(join(home, 'authz.json'), JSON.stringify({ agents }));
  // Without `--dev` it makes a poetry project of all that is installed; with it, it wants one in its folder.
  await writeFile(join(home, 'pyproject.toml'), '[project]\nname = "interop"\nversion = "0.0.0"\n');
}
