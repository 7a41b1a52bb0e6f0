import { decodeText, encodeMessage } from '@volttron-ts/vip-core';
import type { BusConnection, PeerLink, SendResult, VipMessage } from '@volttron-ts/vip-core';
import { at, frames, idOf } from './frames.ts';
import type { Peer } from './peer.ts';

/** Where another platform is and by which key it is known: an entry of `external_platform_discovery.json`. */
export interface RemoteInstance {
  readonly instance: string;
  /** 43 characters: the key of its server, and of its own connections to us. */
  readonly serverkey: string;
  readonly address: string;
}

/** Another platform, over our connection to it, over its own to us, or both (reference/vip-zmq.md §2.8). */
export class ExternalPlatform {
  readonly name: string;
  /** Set when we dial it. */
  remote: RemoteInstance | undefined;
  bus: BusConnection | undefined;
  /** Our connection, while it is up. */
  dialled: Peer | undefined;
  /** Its own connection. */
  entered: Peer | undefined;
  /** Over which of the two its list of prefixes came: with it the list goes. */
  listedBy: Peer | undefined;

  constructor(name: string) {
    this.name = name;
  }

  /** The user that its entry in the auth file makes it. */
  get user(): string {
    return this.entered?.link.user ?? `instance.${this.name}`;
  }

  /** Python platforms read only what comes over the sender's own connection, so that one comes first. */
  send(id: Uint8Array, subsystem: Uint8Array, args: readonly Uint8Array[]): SendResult {
    const over = this.dialled ?? this.entered;
    return over?.send([frames.empty, frames.signature, frames.empty, id, subsystem, ...args]) ?? 'closed';
  }
}

/** Our connection to another platform as the router sees any peer; its key is the one that the handshake proved. */
export function linkOver(bus: BusConnection, { instance, serverkey, address }: RemoteInstance): PeerLink {
  return {
    identity: bus.identity,
    user: `instance.${instance}`,
    credential: serverkey,
    domain: 'vip',
    address,
    trusted: false,
    send: (message) =>
      bus.send({
        peer: '',
        id: decodeText(idOf(message)),
        subsystem: decodeText(message[at.subsystem] ?? frames.empty),
        args: message.slice(at.args),
      }),
    close: () => {
      void bus.close();
    },
  };
}

/** The frames of what came over our connection; undefined unless the other router itself sent it. */
export function framesFromRouter(message: VipMessage): Uint8Array[] | undefined {
  return message.peer === '' ? encodeMessage(message) : undefined;
}
