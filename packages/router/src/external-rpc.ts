import {
  canonicalIdentity,
  classifyRpc,
  decodeText,
  encodeRpc,
  encodeText,
  parseLooseJson,
  rpcCodes,
  rpcError,
  VipError,
} from '@volttron-ts/vip-core';
import type { Logger } from '@volttron-ts/vip-core';
import type { ExternalPlatform } from './external-platform.ts';
import { readExternalCall } from './external-requests.ts';
import type { ExternalCall } from './external-requests.ts';
import { at, frames, idOf } from './frames.ts';
import type { Peer } from './peer.ts';
import { errorFrames, refuse } from './router-errors.ts';

type Frames = readonly Uint8Array[];

export interface ExternalRpcOptions {
  /** The name of this instance. */
  readonly instance: string;
  readonly platform: (name: string) => ExternalPlatform | undefined;
  readonly peer: (identity: string) => Peer | undefined;
  readonly log: Logger;
}

const external = { recipient: frames.empty, subsystem: frames.externalRpc };

/** Calls between agents of two platforms (reference/vip-zmq.md §2.9), each named by its own router. */
export class ExternalRpc {
  readonly #options: ExternalRpcOptions;

  constructor(options: ExternalRpcOptions) {
    this.#options = options;
  }

  /** `send_platform` of a peer here: who it is and where it comes from is ours to say. Throws VipError. */
  fromPeer(peer: Peer, message: Frames): void {
    const operation = decodeText(message[at.args] ?? frames.empty);
    if (operation !== 'send_platform') {
      peer.complain(this.#options.log, 'a peer speaks as another platform’s router', {
        operation: operation.slice(0, 40),
      });
      refuse(peer, message, 'unauthorized', 'Only routers of other platforms may send send_peer.', external);
      return;
    }
    const { instance } = this.#options;
    const call = { ...readExternalCall(message[at.args + 1]), from_platform: instance, from_peer: peer.identity };
    const result = call.to_platform === instance ? this.#deliver(peer, message, call) : this.#send(message, call);
    if (result === 'sent') return;
    const recipient = encodeText(call.to_platform === instance ? call.to_peer : call.to_platform);
    const kind = result === 'full' ? 'again' : 'unreachable';
    peer.send(errorFrames(kind, peer.userFrame, idOf(message), recipient, frames.externalRpc));
  }

  /** `send_peer` of another platform's router, which may name only its own peers as callers. Throws VipError. */
  fromPlatform(platform: ExternalPlatform, peer: Peer, message: Frames): void {
    const { log, instance } = this.#options;
    if (decodeText(message[at.args] ?? frames.empty) !== 'send_peer') return;
    const call = readExternalCall(message[at.args + 1]);
    if (call.from_platform !== platform.name || call.to_platform !== instance) {
      peer.complain(log, 'a platform speaks for another one', { says: call.from_platform, is: platform.name });
      const text = `Calls from "${platform.name}" to "${instance}" only.`;
      refuse(peer, message, 'unauthorized', text, external);
      return;
    }
    if (this.#deliver(peer, message, call) !== 'sent') this.#answerForMissing(platform, call);
  }

  #send(message: Frames, call: ExternalCall): ReturnType<ExternalPlatform['send']> {
    const platform = this.#options.platform(call.to_platform);
    return platform?.send(idOf(message), frames.externalRpc, [frames.sendPeer, encodeRpc(call)]) ?? 'closed';
  }

  #deliver(from: Peer, message: Frames, call: ExternalCall): ReturnType<Peer['send']> {
    const target = this.#options.peer(call.to_peer) ?? this.#options.peer(canonicalIdentity(call.to_peer));
    const head = [frames.empty, frames.signature, from.userFrame, idOf(message), frames.externalRpc, frames.sendPeer];
    return target?.send([...head, encodeRpc(call)]) ?? 'closed';
  }

  /** The caller matches answers by the ids of its calls, so a missing peer is told in answers to these. */
  #answerForMissing(platform: ExternalPlatform, call: ExternalCall): void {
    const text = `No peer "${call.to_peer}" is connected to the platform "${call.to_platform}".`;
    const answers = call.args
      .flatMap((text_) => idsOf(text_))
      .map((id) => {
        return JSON.stringify(rpcError(id, { code: rpcCodes.internal, message: text }));
      });
    if (answers.length === 0) return;
    const back: ExternalCall = {
      to_platform: call.from_platform,
      to_peer: call.from_peer,
      from_platform: call.to_platform,
      from_peer: call.to_peer,
      args: answers,
    };
    platform.send(frames.empty, frames.externalRpc, [frames.sendPeer, encodeRpc(back)]);
  }
}

/** The ids of the calls in a JSON-RPC text that want an answer. */
function idsOf(text: unknown): (string | number)[] {
  if (typeof text !== 'string') return [];
  try {
    const value = parseLooseJson(text);
    return (Array.isArray(value) ? value : [value]).flatMap((element: unknown) => {
      const call = classifyRpc(element);
      return call.kind === 'request' && call.id !== undefined && call.id !== null ? [call.id] : [];
    });
  } catch (error) {
    if (error instanceof VipError) return [];
    throw error;
  }
}
