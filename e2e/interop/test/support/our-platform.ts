import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeyStore } from '@volttron-ts/auth';
import { Instance, Operator } from '@volttron-ts/demo';
import type { AgentPlan } from '@volttron-ts/demo';
import type { PeerSettings } from './python-peer.ts';

export const quietLog = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

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
    await instance.prepare({ 'instance-name': 'ours', 'vip-address': 'tcp://127.0.0.1:0' }, plans);
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

  /** What a peer needs to connect as an identity with the key that this home keeps for it. */
  async settings(identity: string): Promise<PeerSettings> {
    const { publicKey, secret } = await new KeyStore(this.home).agent(identity);
    const keys = { publickey: publicKey, secretkey: secret.reveal(), serverkey: await this.serverKey() };
    return { identity, address: this.address, ...keys };
  }
}
