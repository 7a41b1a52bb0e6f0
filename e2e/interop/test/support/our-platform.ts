import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { KeyStore } from '@volttron-ts/auth';
import { freePort, Instance, Operator } from '@volttron-ts/demo';
import type { AgentPlan } from '@volttron-ts/demo';
import type { PeerSettings } from './python-peer.ts';

export const quietLog = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** As `platform.auth` lists them. */
export interface KeyRequest {
  readonly user_id: string;
  readonly credentials: string;
  readonly address: string;
}

/** The first answer that is not undefined. The test's own time limit is the only one. */
async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await pause(50);
  }
}

/** A folder of its own, removed at the end. */
export async function scratch(stack: AsyncDisposableStack): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'interop-')));
  stack.defer(async () => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A platform of ours in its own processes, ended with the stack. */
export class OurPlatform {
  readonly instance: Instance;
  readonly address: string;
  readonly operator: Operator;

  private constructor(instance: Instance, address: string, operator: Operator) {
    this.instance = instance;
    this.address = address;
    this.operator = operator;
  }

  /** Starts it with an entry for each of these identities. */
  static async start(stack: AsyncDisposableStack, identities: readonly string[]): Promise<OurPlatform> {
    const instance = new Instance(await scratch(stack), 'ours');
    const plans = identities.map((identity): AgentPlan => ({ identity, module: '', config: {} }));
    await instance.prepare({ 'instance-name': 'ours', 'vip-address': `tcp://127.0.0.1:${await freePort(0)}` }, plans);
    stack.defer(async () => instance.stop('volttron'));
    const { addresses } = (await instance.startPlatform()) as { addresses: readonly string[] };
    const address = addresses.find((one) => one.startsWith('tcp://'));
    if (address === undefined) throw new Error(`it serves no tcp: ${addresses.join(', ')}`);
    const operator = await Operator.of(instance.home, quietLog);
    stack.defer(async () => operator.close());
    return new OurPlatform(instance, address, operator);
  }

  get home(): string {
    return this.instance.home;
  }

  async serverKey(): Promise<string> {
    return (await new KeyStore(this.home).platform()).publicKey;
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    const child = this.instance.child('volttron');
    child.kill();
    await child.exited();
  }

  /** Starts it again, in its home and at its address. */
  async restart(): Promise<void> {
    await this.instance.restart('volttron');
  }

  /** Settles when its log has so many lines with all of these in them. */
  async logs(times: number, ...parts: readonly string[]): Promise<void> {
    await eventually(async () => {
      const lines = (await readFile(join(this.home, 'volttron.log'), 'utf8')).split('\n');
      return lines.filter((line) => parts.every((part) => line.includes(part))).length >= times || undefined;
    });
  }

  /** The request of this key, which waits or is denied; waits for it. */
  async request(publickey: string, status: 'pending' | 'denied' = 'pending'): Promise<KeyRequest> {
    return eventually(async () => {
      const requests = (await this.operator.call('platform.auth', `get_${status}_authorizations`)) as KeyRequest[];
      return requests.find(({ credentials }) => credentials === publickey);
    });
  }

  /** What a peer needs to connect as an identity with the key that this home keeps for it. */
  async settings(identity: string): Promise<PeerSettings> {
    const { publicKey, secret } = await new KeyStore(this.home).agent(identity);
    const keys = { publickey: publicKey, secretkey: secret.reveal(), serverkey: await this.serverKey() };
    return { identity, address: this.address, ...keys };
  }
}
