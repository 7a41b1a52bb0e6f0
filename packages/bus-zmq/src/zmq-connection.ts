import {
  decodeKey,
  decodeMessage,
  DeniedError,
  encodeMessage,
  endpointOf,
  UnreachableError,
  VipError,
} from '@volttron-ts/vip-core';
import type {
  BusConnection,
  BusConnectionEvents,
  BusState,
  Clock,
  OutgoingMessage,
  SendResult,
  VipAddress,
} from '@volttron-ts/vip-core';
import { DealerSocket } from '@volttron-ts/zmtp';
import type { CloseReason, CurveClient, NullMechanism, RefusedError } from '@volttron-ts/zmtp';
import { HandshakeFailedError, IdentityInUseError, PendingApprovalError } from './errors.ts';

/** Keys of an agent's connection, 43 characters each. */
export interface ConnectionKeys {
  readonly publickey: string;
  readonly secretkey: string;
  readonly serverkey: string;
}

export interface ZmqConnectionOptions {
  readonly identity: string;
  readonly address: VipAddress;
  /** Undefined for a platform without authentication (mechanism NULL). */
  readonly keys: ConnectionKeys | undefined;
  readonly clock: Clock;
}

/** An agent's connection to a ZMQ platform, by our own ZMTP. */
export class ZmqConnection implements BusConnection {
  readonly identity: string;
  readonly #options: ZmqConnectionOptions;
  readonly #endpoint: string;
  readonly #socket: DealerSocket;
  #events: BusConnectionEvents | undefined;
  #state: BusState = 'connecting';
  /** Handshakes in a row that ended without a reason. */
  #unexplained = 0;

  constructor(options: ZmqConnectionOptions) {
    this.identity = options.identity;
    this.#options = options;
    this.#endpoint = endpointOf(options.address);
    this.#socket = new DealerSocket(
      {
        connected: () => {
          this.#unexplained = 0;
          this.#become('connected');
        },
        message: (frames) => this.#receive(frames),
        disconnected: () => {
          this.#become('lost', new UnreachableError(this.#endpoint, `The connection to ${this.#endpoint} was lost.`));
        },
        refused: (error) => {
          this.#become('refused', this.#explainRefusal(error));
        },
        failed: (reason, error) => {
          this.#become(this.#state === 'connecting' ? 'connecting' : 'lost', this.#explainFailure(reason, error));
        },
      },
      { timers: options.clock },
    );
  }

  get state(): BusState {
    return this.#state;
  }

  open(events: BusConnectionEvents): void {
    this.#events = events;
    this.#socket.connect(this.#endpoint, {
      identity: this.identity,
      mechanism: mechanismOf(this.#options.keys),
    });
  }

  send(message: OutgoingMessage): SendResult {
    if (this.#state !== 'connected') return 'closed';
    return this.#socket.send(encodeMessage(message));
  }

  async drained(): Promise<void> {
    await this.#socket.writable();
  }

  async close(): Promise<void> {
    this.#become('closed');
    await this.#socket.close();
  }

  #receive(frames: Uint8Array[]): void | Promise<void> {
    let message;
    try {
      message = decodeMessage(frames);
    } catch {
      // No VIP message: nobody could answer it, and the next one may be good.
      return;
    }
    return this.#events?.message(message);
  }

  #explainRefusal({ status }: RefusedError): VipError {
    const credential = this.#options.keys?.publickey ?? 'NULL';
    if (status === 300) return new PendingApprovalError(this.#endpoint, credential);
    if (status === 301) return new IdentityInUseError(this.#endpoint, this.identity);
    if (status === 400) return new DeniedError(this.#endpoint, credential);
    return new VipError('refused', `${this.#endpoint} cannot decide on this key now (${status}).`, {
      item: 'address',
      value: this.#endpoint,
    });
  }

  #explainFailure(reason: CloseReason, error: Error | undefined): VipError {
    const { keys } = this.#options;
    const explained = reason === 'lost' && error !== undefined;
    this.#unexplained = explained ? 0 : this.#unexplained + 1;
    // One may be a platform that went down just then; a second in a row is about the keys.
    if (keys !== undefined && this.#unexplained > 1) {
      return new HandshakeFailedError(this.#endpoint, keys.serverkey, error?.message ?? 'the platform closed it');
    }
    const why = error === undefined ? reason : error.message;
    return new UnreachableError(this.#endpoint, `Nothing answers at ${this.#endpoint} (${why}).`);
  }

  #become(state: BusState, reason?: VipError): void {
    if (this.#state === 'closed' || (this.#state === state && reason === undefined)) return;
    this.#state = state;
    this.#events?.state(state, reason);
  }
}

function mechanismOf(keys: ConnectionKeys | undefined): NullMechanism | CurveClient {
  if (keys === undefined) return { type: 'NULL' };
  return {
    type: 'CURVE',
    publicKey: decodeKey(keys.publickey),
    secretKey: decodeKey(keys.secretkey),
    serverKey: decodeKey(keys.serverkey),
  };
}
