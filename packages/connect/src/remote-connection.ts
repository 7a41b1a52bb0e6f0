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
import type { Dial, RabbitDial } from './dial.ts';
import { discover } from './discovery.ts';
import {
  CertificateDeniedError,
  DiscoveryError,
  NoRabbitError,
  ServerKeyMismatchError,
  UnknownServerKeyError,
} from './errors.ts';

export interface RemoteConnectionContext {
  readonly identity: string;
  readonly dial: Dial;
  /** The key known for a VIP address. */
  readonly knownServerKey: (address: string) => Promise<string | undefined>;
  /** Connects to platforms on RabbitMQ; without it these are reached by their ZMQ address only. */
  readonly rabbit?: RabbitDial;
  readonly clock: Clock;
  readonly random: () => number;
}

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 2000;
/** A denial is a person's word: it is not asked again so soon. */
const DENIED_RETRY_MS = 10_000;

const phases: Readonly<Record<BusState, RemotePhase>> = {
  connecting: 'connecting',
  connected: 'connected',
  lost: 'lost',
  refused: 'pending',
  closed: 'closed',
};

/** Codes of reasons for which a certificate will not be taken the next time either. */
const endsCertificates: ReadonlySet<string> = new Set(['broker-refused', 'client-certificate']);

function phaseOf(state: BusState, reason: VipError | undefined): RemotePhase {
  if (state === 'refused' && reason?.code === 'denied') return 'denied';
  return state === 'connecting' && reason !== undefined ? 'failed' : phases[state];
}

/** Finds the platform behind an address, then is the connection to its bus. */
export class FoundConnection implements RemoteConnection {
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
  /** Whether the certificate that is held was refused. */
  #asksAnew = false;

  constructor(address: string, options: RemotePlatformOptions, context: RemoteConnectionContext) {
    this.identity = context.identity;
    this.#address = address;
    this.#options = options;
    this.#context = context;
    this.#remoteState = { phase: isWeb(address) ? 'discovering' : 'connecting', address };
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
      const bus = await this.#locate();
      if (this.#isClosing) await bus.close();
      else this.#carry(bus);
    } catch (error) {
      if (this.#isClosing) return;
      const reason = error instanceof VipError ? error : new VipError('unreachable', String(error), { cause: error });
      const isDenied = reason instanceof CertificateDeniedError;
      this.#remoteBecame(isDenied ? 'denied' : 'failed', reason);
      const delay = isDenied ? DENIED_RETRY_MS : Math.min(FIRST_RETRY_MS * 2 ** Math.min(attempt, 10), LAST_RETRY_MS);
      this.#cancelRetry = this.#context.clock.after(delay * (0.5 + this.#context.random() / 2), () => {
        void this.#find(attempt + 1);
      });
    }
  }

  /** A method, since it changes while one waits. */
  get #isClosing(): boolean {
    return this.#closing.signal.aborted;
  }

  async #locate(): Promise<BusConnection> {
    const address = this.#address;
    if (/^amqps:/i.test(address)) return this.#locateRabbit();
    if (!isWeb(address)) return this.#dialZmq(address, await this.#keyOf(address));
    const { rootCertificate } = this.#options;
    this.#platform = await discover(address, { rootCertificate, signal: this.#closing.signal });
    const { 'vip-address': vipAddress, 'rmq-address': rmqAddress, serverkey } = this.#platform;
    if (rmqAddress !== undefined && this.#context.rabbit !== undefined) {
      if (/^https:/i.test(address)) return this.#locateRabbit(this.#platform);
      const remedy = 'Write its address as https://HOST:PORT.';
      throw new DiscoveryError(address, 'it is on RabbitMQ, where certificates are not asked for in the clear', remedy);
    }
    if (vipAddress === undefined) {
      const remedy = 'Ask its operator to set vip-address to a tcp address.';
      throw new DiscoveryError(address, 'it publishes no VIP address', remedy);
    }
    return this.#dialZmq(vipAddress, await this.#keyOf(vipAddress, serverkey));
  }

  async #locateRabbit(platform?: DiscoveryDocument): Promise<BusConnection> {
    const { rabbit } = this.#context;
    if (rabbit === undefined) throw new NoRabbitError(this.#address);
    return rabbit({
      ...{ address: this.#address, platform, identity: this.identity, asksAnew: this.#asksAnew },
      rootCertificate: this.#options.rootCertificate,
      signal: this.#closing.signal,
      waiting: (phase, reason) => {
        if (!this.#isClosing) this.#remoteBecame(phase, reason);
      },
    });
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

  #dialZmq(vipAddress: string, serverkey: string): BusConnection {
    return this.#context.dial({ address: parseAddress(vipAddress), serverkey, identity: this.identity });
  }

  #carry(bus: BusConnection): void {
    this.#bus = bus;
    bus.open({
      message: (message) => this.#events?.message(message),
      state: (state, reason) => {
        if (this.#bus !== bus) return;
        this.#busBecame(state, reason);
        if (state === 'connected') this.#asksAnew = false;
        if (state === 'refused' && reason !== undefined && endsCertificates.has(reason.code)) void this.#replace(bus);
      },
    });
  }

  /** The broker does not take the certificate any more: the platform that gave it is asked what is the matter. */
  async #replace(bus: BusConnection): Promise<void> {
    this.#bus = undefined;
    this.#asksAnew = true;
    await bus.close();
    if (!this.#isClosing) this.#cancelRetry = this.#context.clock.after(LAST_RETRY_MS, () => void this.#find(0));
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

/** The address of a web service, which says where the bus is. */
const isWeb = (address: string): boolean => /^https?:/i.test(address);
