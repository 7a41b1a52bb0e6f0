import { randomUUID } from 'node:crypto';
import { CallError } from '@volttron-ts/grpc';
import type { Peer } from '@volttron-ts/grpc';
import type { Clock } from '@volttron-ts/vip-core';

export interface RegistryOptions {
  readonly maximumClients: number;
  readonly heartbeatTimeoutMs: number;
  readonly blacklist: readonly string[];
  readonly whitelist: readonly string[];
  readonly useWhitelist: boolean;
  readonly clock: Pick<Clock, 'now'>;
}

/** A client that was let in. */
export interface Registered {
  readonly name: string;
  readonly address: string;
  readonly token: string;
  /** Of the certificate that it came with; its token is good with no other. */
  readonly fingerprint: string | undefined;
  /** When it last said something, ms. */
  readonly heardAt: number;
}

const refusal = (text: string): CallError => new CallError('PERMISSION_DENIED', text);

/** Who takes part (certificate-plugins-and-grpc.md A.4). Every refusal is PERMISSION_DENIED. */
export class Registry {
  readonly #options: RegistryOptions;
  readonly #clients = new Map<string, Registered>();
  #open = true;

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  /** Nobody new from now on. */
  close(): void {
    this.#open = false;
  }

  /** The token of a client; the same for one that is there already. */
  register(name: string, peer: Peer): Registered {
    const { blacklist, whitelist, useWhitelist, maximumClients, clock } = this.#options;
    if (!/^\w{1,64}$/.test(name)) throw refusal('A name has letters, digits and underscores only.');
    if (blacklist.includes(peer.address)) throw refusal(`Clients at ${peer.address} are refused.`);
    if (useWhitelist && !whitelist.includes(peer.address)) throw refusal(`${peer.address} is not on the whitelist.`);
    const known = this.all.find((one) => one.name === name && one.address === peer.address);
    if (known !== undefined) {
      this.#checkCertificate(known, peer);
      return this.#hear(known);
    }
    if (!this.#open || this.#clients.size >= maximumClients) throw refusal('The registration is closed.');
    const { address, fingerprint } = peer;
    const client = { name, address, fingerprint, token: randomUUID(), heardAt: clock.now() };
    this.#clients.set(client.token, client);
    return client;
  }

  /** The client of a token, which has just been heard. */
  recognise(token: string, peer: Peer): Registered {
    const client = this.#clients.get(token);
    if (client?.address !== peer.address) throw refusal('This token is unknown.');
    this.#checkCertificate(client, peer);
    if (this.#isDead(client)) throw refusal('This client was silent for too long.');
    return this.#hear(client);
  }

  remove(token: string): void {
    this.#clients.delete(token);
  }

  get all(): readonly Registered[] {
    return [...this.#clients.values()];
  }

  get living(): readonly Registered[] {
    return this.all.filter((client) => !this.#isDead(client));
  }

  #isDead({ heardAt }: Registered): boolean {
    return this.#options.clock.now() - heardAt > this.#options.heartbeatTimeoutMs;
  }

  #checkCertificate(client: Registered, peer: Peer): void {
    if (client.fingerprint !== peer.fingerprint) throw refusal('This client came with another certificate.');
  }

  #hear(client: Registered): Registered {
    const heard = { ...client, heardAt: this.#options.clock.now() };
    this.#clients.set(client.token, heard);
    return heard;
  }
}
