import type { VipError } from '../errors.ts';
import type { OutgoingMessage, VipMessage } from '../message.ts';
import type { CaptureOutcome } from './publish-tap.ts';

/** `full`: a queue is at its mark, nothing was taken. `closed`: not connected, nothing was taken. */
export type SendResult = 'sent' | 'full' | 'closed';

/** `lost`: was connected, comes back by itself. `refused`: the platform does not (yet) let this key in; it is tried again. */
export type BusState = 'connecting' | 'connected' | 'lost' | 'refused' | 'closed';

export interface BusConnectionEvents {
  /** One message at a time, in order; while a returned promise is pending, nothing more is read. */
  message(message: VipMessage): void | Promise<void>;
  /** `connected` means that the transport has authenticated both sides; the VIP hello is the agent's. */
  state(state: BusState, reason?: VipError): void;
}

/** An agent's side of a message bus. Reconnects by itself until closed. */
export interface BusConnection {
  readonly identity: string;
  readonly state: BusState;
  /** Starts connecting; called once. */
  open(events: BusConnectionEvents): void;
  send(message: OutgoingMessage): SendResult;
  /** Settles when a `full` connection may take a message again, or is no longer connected. */
  drained(): Promise<void>;
  /** Lets what was sent leave, then ends; safe to call twice. */
  close(): Promise<void>;
}

/** One connected, authenticated peer as a listener hands it to the router. */
export interface PeerLink {
  readonly identity: string;
  /** The user that owns the credential. */
  readonly user: string;
  /** The 43-character key; undefined for peers in this process and on buses without keys. */
  readonly credential: string | undefined;
  readonly domain: string;
  readonly address: string;
  /** The platform's own service: may use operations that are not for agents. */
  readonly trusted: boolean;
  /** Where it is not ZMQ: such peers are told on which bus others are. */
  readonly bus?: 'rmq';
  /** Frames of the DEALER's view. */
  send(frames: readonly Uint8Array[]): SendResult;
  close(reason: string): void;
}

export interface BusListenerEvents {
  peer(link: PeerLink): void;
  /** Frames of the DEALER's view; reading from that peer waits for a returned promise. */
  message(link: PeerLink, frames: Uint8Array[]): void | Promise<void>;
  gone(link: PeerLink, reason: string): void;
}

/** A publication on its way between the router and a bus that delivers to its own subscribers by itself. */
export interface RelayedPublication {
  readonly id: string;
  readonly topic: string;
  /** With its sender. */
  readonly body: Uint8Array;
  /** Who published it, and the user that this is. */
  readonly identity: string;
  readonly user: string;
}

/** What a bus with queues and subscribers of its own tells beside what its peers say to the router. */
export interface BusRelayEvents extends BusListenerEvents {
  /**
   * What a peer published; subscribers of the bus have it. `settled` is called once it is kept, or cannot be; where it is
   * left out, nobody waits for that. `isForeign`: it comes from another platform.
   */
  publication(
    link: PeerLink,
    publication: Omit<RelayedPublication, 'identity' | 'user'> & { readonly isForeign: boolean },
    settled?: (outcome: CaptureOutcome) => void,
  ): void;
  /** A message to a peer of the bus found nobody; `sender` is a peer of another listener. */
  undelivered(message: { sender: string; recipient: string; id: string; subsystem: string }): void;
}

/** A bus with queues and subscribers of its own: the router tells it of the peers of its other listeners. */
export interface BusRelay {
  /** A peer of another listener has come, or is gone: the relay receives on the bus what is for it. */
  peer(change: 'add' | 'drop', identity: string): void;
  /** Peers of other listeners want publications of the unnamed bus with this prefix, or none of them does any more. */
  wanted(prefix: string, allPlatforms: boolean, isWanted: boolean): void;
  /** Settles once the bus sends what is wanted by now; undefined when it does already, or cannot at present. */
  readonly pending: Promise<void> | undefined;
  /** Publishes what a peer of another listener has published; `sent` says that the bus will have it. */
  publish(publication: RelayedPublication): SendResult;
}

/** The platform's side of a message bus: one connection, one verified credential, one user. */
export interface BusListener {
  open(events: BusRelayEvents): Promise<void>;
  /** Of a bus that delivers publications by itself. */
  readonly relay?: BusRelay;
  /** Bound addresses with ports resolved. */
  readonly addresses: readonly string[];
  /** Ends every live session of a credential at once; answers how many there were. */
  drop(credential: string): number;
  close(): Promise<void>;
}
