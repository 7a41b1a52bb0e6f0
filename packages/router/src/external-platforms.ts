import { checkTopic, decodeText, encodeRpc, encodeText, VipError } from '@volttron-ts/vip-core';
import type { BusConnection, BusState, Logger } from '@volttron-ts/vip-core';
import { ExternalPlatform, framesFromRouter, linkOver } from './external-platform.ts';
import type { RemoteInstance } from './external-platform.ts';
import { readExternalList, readRemoteInstance } from './external-requests.ts';
import { ExternalRpc } from './external-rpc.ts';
import { at, frames, idOf } from './frames.ts';
import type { Peer } from './peer.ts';
import type { Publication } from './publications.ts';
import { errorFrames, refuse } from './router-errors.ts';
import { SubscriptionIndex } from './subscription-index.ts';
import type { TopicGuard } from './topic-guard.ts';

type Frames = readonly Uint8Array[];

/** How a router reaches other platforms. */
export interface ExternalOptions {
  /** The name of this instance. */
  readonly instance: string;
  /** Makes a connection to another platform under that identity, by this platform's own key; not opened yet. */
  readonly dial: (remote: RemoteInstance, identity: string) => BusConnection;
  /** From 0 to 1: names our connections. */
  readonly random: () => number;
}

/** What the router does for them. */
export interface ExternalHost {
  readonly guard: TopicGuard | undefined;
  readonly log: Logger;
  readonly maxSubscriptions: number;
  peer(identity: string): Peer | undefined;
  /** A connection of ours as a peer. */
  enter(link: Peer['link']): Peer;
  /** The prefixes that peers here want from all platforms. */
  shared(): readonly string[];
  publish(platform: string, peer: Peer, message: Frames): void;
}

/** Other platforms: connections, lists of prefixes, publications and calls both ways (reference/vip-zmq.md §2.8, §2.9). */
export class ExternalPlatforms {
  readonly #options: ExternalOptions;
  readonly #host: ExternalHost;
  readonly #platforms = new Map<string, ExternalPlatform>();
  readonly #byKey = new Map<string, ExternalPlatform>();
  readonly #wanted = new SubscriptionIndex<ExternalPlatform>();
  readonly #rpc: ExternalRpc;
  #announcing = false;

  constructor(options: ExternalOptions, host: ExternalHost) {
    this.#options = options;
    this.#host = host;
    this.#rpc = new ExternalRpc({
      instance: options.instance,
      platform: (name) => this.#platforms.get(name),
      peer: (identity) => host.peer(identity),
      log: host.log,
    });
  }

  /** A message of a peer here, of the subsystem `routing_table` or `external_rpc`. */
  fromPeer(peer: Peer, message: Frames, subsystem: 'routing_table' | 'external_rpc'): void {
    this.#guarded(peer, message, subsystem, () => {
      if (subsystem === 'external_rpc') this.#rpc.fromPeer(peer, message);
      else this.#instruct(peer, message);
    });
  }

  /** A message of the connection of another platform's router; one whose key is no known platform's is refused. */
  fromPlatform(peer: Peer, message: Frames, subsystem: string): void {
    const platform = this.#platformOf(peer);
    if (platform === undefined) {
      peer.complain(this.#host.log, 'a router of no known platform connects', { key: peer.link.credential });
      const text = `This key is of no platform that "${this.#options.instance}" knows.`;
      refuse(peer, message, 'unauthorized', text, { recipient: frames.empty, subsystem: encodeText(subsystem) });
      return;
    }
    if (platform.entered !== peer) {
      platform.entered = peer;
      this.#host.log.info(`the platform "${platform.name}" has connected to us`, { address: peer.link.address });
    }
    this.#take(platform, peer, message, subsystem);
  }

  /** The connection of another platform's router has ended. */
  left(peer: Peer): void {
    for (const platform of this.#platforms.values()) {
      if (platform.entered === peer) {
        platform.entered = undefined;
        this.#host.log.info(`the platform "${platform.name}" has left`);
      }
      if (platform.listedBy === peer) this.#forgetList(platform);
    }
  }

  /** Tells every platform, once in a turn, what is wanted here. */
  announce(): void {
    if (this.#announcing) return;
    this.#announcing = true;
    queueMicrotask(() => {
      this.#announcing = false;
      for (const platform of this.#platforms.values()) this.#sendList(platform);
    });
  }

  /** Sends a publication of a peer here to the platforms that want it; answers to how many it went. */
  publish({ peer, message, topic, bus, delivered }: Publication): number {
    const platforms = bus === '' ? this.#wanted.match('', topic) : [];
    let count = 0;
    for (const platform of platforms) {
      if (this.#host.guard?.mayReceive(platform.user, topic) === false) continue;
      const result = platform.send(idOf(message), frames.pubsub, [frames.externalPublish, ...delivered]);
      if (result === 'sent') count += 1;
      else if (result === 'full') {
        peer.send(errorFrames('again', peer.userFrame, idOf(message), encodeText(platform.name), frames.pubsub));
      }
    }
    return count;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#platforms.values()].map(async ({ bus }) => bus?.close()));
  }

  /** An instruction of the platform's own key discovery; the original takes it from anybody. */
  #instruct(peer: Peer, message: Frames): void {
    const operation = decodeText(message[at.args] ?? frames.empty);
    if (operation !== 'normalmode_platform_connection' && operation !== 'setupmode_platform_connection') return;
    if (!peer.link.trusted) {
      peer.complain(this.#host.log, 'a peer may not connect this platform to others', { operation });
      const text = 'Only the platform itself may connect to other platforms.';
      refuse(peer, message, 'unauthorized', text, { recipient: frames.empty, subsystem: frames.routingTable });
      return;
    }
    this.#connect(readRemoteInstance(message[at.args + 1]));
  }

  #connect(remote: RemoteInstance): void {
    const { instance, dial, random } = this.#options;
    if (remote.instance === instance) return;
    const known = this.#platforms.get(remote.instance)?.remote;
    if (known?.address === remote.address && known.serverkey === remote.serverkey) return;
    const bus = dial(remote, `instance.${instance}.${random()}`);
    const platform = this.#platform(remote.instance);
    if (platform.remote !== undefined) this.#byKey.delete(platform.remote.serverkey);
    void platform.bus?.close();
    platform.remote = remote;
    platform.bus = bus;
    platform.dialled = undefined;
    this.#byKey.set(remote.serverkey, platform);
    const peer = this.#host.enter(linkOver(bus, remote));
    let shown = '';
    bus.open({
      message: (received) => {
        const message = framesFromRouter(received);
        if (message !== undefined) this.#take(platform, peer, message, received.subsystem);
      },
      state: (state, reason) => {
        if (platform.bus !== bus) return;
        // Every attempt says why it failed; the log hears of what is new.
        const now = `${state} ${reason?.code ?? ''}`;
        if (now !== shown)
          this.#host.log.info(`connection to the platform "${platform.name}": ${state}`, {
            address: remote.address,
            ...(reason === undefined ? {} : { reason: reason.line }),
          });
        shown = now;
        this.#became(platform, peer, state);
      },
    });
  }

  #became(platform: ExternalPlatform, peer: Peer, state: BusState): void {
    if (state !== 'connected') {
      platform.dialled = undefined;
      if (platform.listedBy === peer) this.#forgetList(platform);
      return;
    }
    platform.dialled = peer;
    const { instance } = this.#options;
    platform.send(frames.empty, frames.routingTable, [frames.hello, frames.hello, encodeText(instance)]);
    this.#sendList(platform);
  }

  #take(platform: ExternalPlatform, peer: Peer, message: Frames, subsystem: string): void {
    this.#guarded(peer, message, subsystem, () => {
      if (subsystem === 'pubsub') this.#takePubSub(platform, peer, message);
      else if (subsystem === 'external_rpc') this.#rpc.fromPlatform(platform, peer, message);
      else if (subsystem === 'routing_table') this.#greet(platform, peer, message);
      else if (subsystem === 'error') {
        const [errno = frames.empty, text = frames.empty] = message.slice(at.args);
        peer.complain(this.#host.log, `the platform "${platform.name}" refused a message`, {
          errno: decodeText(errno),
          reason: decodeText(text).slice(0, 400),
        });
      }
    });
  }

  #takePubSub(platform: ExternalPlatform, peer: Peer, message: Frames): void {
    const operation = decodeText(message[at.args] ?? frames.empty);
    if (operation === 'external_publish') this.#host.publish(platform.name, peer, message);
    else if (operation === 'external_list') {
      const lists = readExternalList(message[at.args + 1]);
      const prefixes = Object.hasOwn(lists, platform.name) ? lists[platform.name] : undefined;
      if (prefixes === undefined || Object.keys(lists).length > 1) {
        throw new VipError('foreign-list', `"${platform.name}" may list its own subscriptions only.`, {
          item: 'external_list',
        });
      }
      this.#forgetList(platform);
      platform.listedBy = peer;
      for (const prefix of prefixes.slice(0, this.#host.maxSubscriptions)) {
        this.#wanted.add(platform, { bus: '', prefix: checkTopic(prefix, 'prefix') });
      }
    }
  }

  /** The original means to answer a greeting, and never does (§2.8). */
  #greet(platform: ExternalPlatform, peer: Peer, message: Frames): void {
    const [operation, kind] = message.slice(at.args).map(decodeText);
    if (operation !== 'hello') return;
    if (kind === 'hello') {
      const name = encodeText(this.#options.instance);
      const head = [frames.empty, frames.signature, frames.empty, idOf(message), frames.routingTable];
      peer.send([...head, frames.hello, frames.welcome, name]);
      this.#sendList(platform);
    } else if (kind === 'welcome') this.#host.log.debug(`the platform "${platform.name}" says welcome`);
  }

  #sendList(platform: ExternalPlatform): void {
    const list = encodeRpc({ [this.#options.instance]: this.#host.shared() });
    platform.send(frames.empty, frames.pubsub, [frames.externalList, list]);
  }

  #forgetList(platform: ExternalPlatform): void {
    platform.listedBy = undefined;
    this.#wanted.removeAll(platform);
  }

  #platform(name: string): ExternalPlatform {
    let platform = this.#platforms.get(name);
    if (platform === undefined) this.#platforms.set(name, (platform = new ExternalPlatform(name)));
    return platform;
  }

  /**
   * Whose router this is follows from its key: the key of a platform that we dial, or one whose entry in the auth file
   * has the identity `instance.<name>`. What its connection calls itself proves nothing.
   */
  #platformOf({ link }: Peer): ExternalPlatform | undefined {
    const byKey = link.credential === undefined ? undefined : this.#byKey.get(link.credential);
    if (byKey !== undefined) return byKey;
    const name = /^instance\.(.+)$/.exec(link.user)?.[1];
    if (name === undefined || name === this.#options.instance) return undefined;
    const expected = this.#platforms.get(name)?.remote?.serverkey;
    const isOther = expected !== undefined && link.credential !== undefined && link.credential !== expected;
    return isOther ? undefined : this.#platform(name);
  }

  /** A malformed message is answered, never thrown. */
  #guarded(peer: Peer, message: Frames, subsystem: string, act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof VipError)) throw error;
      peer.complain(this.#host.log, error.line, { subsystem });
      if (subsystem === 'error') return;
      refuse(peer, message, 'invalid', error.line, { recipient: frames.empty, subsystem: encodeText(subsystem) });
    }
  }
}
