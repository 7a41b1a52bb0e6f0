import { parseAddress, VipError } from '@volttron-ts/vip-core';
import type {
  BusConnection,
  BusConnectionEvents,
  BusState,
  Clock,
  DiscoveryDocument,
  OutgoingMessage,
  RemoteConnection,
  RemotePhase,
  RemotePlatformOptions,
  RemotePlatformState,
  SendResult,
} from '@volttron-ts/vip-core';
import type { Dial } from './dial.ts';
import { discover } from './discovery.ts';
import { DiscoveryError, ServerKeyMismatchError, UnknownServerKeyError } from './errors.ts';

export interface RemoteConnectionContext {
  readonly identity: string;
  readonly dial: Dial;
  /** The key known for a VIP address. */
  readonly knownServerKey: (address: string) => Promise<string | undefined>;
  readonly clock: Clock;
  readonly random: () => number;
}

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 2000;

const phases: Readonly<Record<BusState, RemotePhase>> = {
  connecting: 'connecting',
  connected: 'connected',
  lost: 'lost',
  refused: 'waiting for approval',
  closed: 'closed',
};

function phaseOf(state: BusState, reason: VipError | undefined): RemotePhase {
  if (state === 'refused' && reason?.code === 'denied') return 'denied';
  return state === 'connecting' && reason !== undefined ? 'unreachable' : phases[state];
}

/** Finds the platform behind an address, then is the connection to its bus. */
export class ZmqRemoteConnection implements RemoteConnection {
  readonly identity: string;
  readonly #address: string;
  readonly #options: RemotePlatformOptions;
  readonly #context: RemoteConnectionContext;
  readonly #listeners = new Set<(state: RemotePlatformState) => void>();
  readonly #closing = new AbortController();
  #events: BusConnectionEvents | undefined;
  #bus: BusConnection | undefined;
  #platform: DiscoveryDocument | undefined;
  #busState: BusState = 'connecting';
  #remoteState: RemotePlatformState;
  #cancelRetry: () => void = () => undefined;

  constructor(address: string, options: RemotePlatformOptions, context: RemoteConnectionContext) {
    this.identity = context.identity;
    this.#address = address;
    this.#options = options;
    this.#context = context;
    this.#remoteState = { phase: address.startsWith('https:') ? 'discovering' : 'connecting', address };
  }

  get state(): BusState {
    return this.#busState;
  }

  get remoteState(): RemotePlatformState {
    return this.#remoteState;
  }

  onRemoteState(listener: (state: RemotePlatformState) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#remoteState);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  open(events: BusConnectionEvents): void {
    this.#events = events;
    void this.#find(0);
  }

  send(message: OutgoingMessage): SendResult {
    return this.#bus?.send(message) ?? 'closed';
  }

  async drained(): Promise<void> {
    await this.#bus?.drained();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#cancelRetry();
    await this.#bus?.close();
    this.#busBecame('closed');
  }

  /** One attempt to find the platform; a failed one is told and repeated, later and later. */
  async #find(attempt: number): Promise<void> {
    try {
      const { vipAddress, serverkey } = await this.#locate();
      if (!this.#closing.signal.aborted) this.#connect(vipAddress, serverkey);
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      const reason = error instanceof VipError ? error : new VipError('unreachable', String(error), { cause: error });
      this.#remoteBecame('unreachable', reason);
      const delay = Math.min(FIRST_RETRY_MS * 2 ** Math.min(attempt, 10), LAST_RETRY_MS);
      this.#cancelRetry = this.#context.clock.after(delay * (0.5 + this.#context.random() / 2), () => {
        void this.#find(attempt + 1);
      });
    }
  }

  async #locate(): Promise<{ vipAddress: string; serverkey: string }> {
    if (!this.#address.startsWith('https:'))
      return { vipAddress: this.#address, serverkey: await this.#keyOf(this.#address) };
    this.#platform = await discover(this.#address, {
      rootCertificate: this.#options.rootCertificate,
      signal: this.#closing.signal,
    });
    const { 'vip-address': vipAddress, serverkey } = this.#platform;
    if (vipAddress === undefined) {
      const remedy = 'Ask its operator to set vip-address to a tcp address.';
      throw new DiscoveryError(this.#address, 'it publishes no VIP address', remedy);
    }
    return { vipAddress, serverkey: await this.#keyOf(vipAddress, serverkey) };
  }

  async #keyOf(vipAddress: string, discovered?: string): Promise<string> {
    const given = this.#options.serverkey ?? parseAddress(vipAddress).serverkey;
    const known = await this.#context.knownServerKey(vipAddress);
    for (const other of [given, discovered]) {
      if (known !== undefined && other !== undefined && other !== known) {
        throw new ServerKeyMismatchError(vipAddress, known, other);
      }
    }
    const key = known ?? given ?? discovered;
    if (key === undefined) throw new UnknownServerKeyError(vipAddress);
    if (given !== undefined && discovered !== undefined && given !== discovered) {
      throw new ServerKeyMismatchError(vipAddress, given, discovered);
    }
    return key;
  }

  #connect(vipAddress: string, serverkey: string): void {
    const address = parseAddress(vipAddress);
    const bus = this.#context.dial({ address, serverkey, identity: this.identity });
    this.#bus = bus;
    bus.open({
      message: (message) => this.#events?.message(message),
      state: (state, reason) => {
        this.#busBecame(state, reason);
      },
    });
  }

  #busBecame(state: BusState, reason?: VipError): void {
    if (this.#busState === 'closed') return;
    this.#busState = state;
    this.#remoteBecame(phaseOf(state, reason), reason);
    this.#events?.state(state, reason);
  }

  #remoteBecame(phase: RemotePhase, reason?: VipError): void {
    const platform = this.#platform;
    this.#remoteState = {
      phase,
      address: this.#address,
      ...(platform === undefined ? {} : { platform }),
      ...(reason === undefined ? {} : { reason }),
    };
    for (const listener of this.#listeners) listener(this.#remoteState);
  }
}
