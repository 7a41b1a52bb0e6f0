import {
  appendSender,
  decodeText,
  encodeMessage,
  encodeText,
  parseLooseJson,
  scanPublishBody,
  decodeMessage,
} from '@volttron-ts/vip-core';
import type { OutgoingMessage, VipError, VipMessage } from '@volttron-ts/vip-core';
import { FakeBus } from './fake-bus.ts';

/** What the router does with one publication. `refuse` answers errno 11, `forbid` -32001, `lose` nothing at all. */
export type PublishVerdict = 'keep' | 'refuse' | 'forbid' | 'lose';

/** A service or another agent that a test plays: answers the messages sent to it. */
export type FakePeer = (message: VipMessage, send: (message: OutgoingMessage) => void) => void;

interface Connected {
  readonly bus: FakeBus;
  prefixes: { readonly bus: string; readonly prefix: string }[];
  greeted: boolean;
}

/**
 * A platform in memory for tests of agents: one router that speaks frames through vip-core's codec, and knobs for
 * everything that can go wrong. It is no router: no authentication, no journal, no limits.
 */
export class FakePlatform {
  /** Every message that reached the router, in order; `peer` is its recipient, `from` its sender. */
  readonly received: (VipMessage & { readonly from: string })[] = [];
  readonly properties: Record<string, string> = { 'instance-name': 'campus' };
  /** Decides about each publication; keeps all when not set. */
  verdict: (topic: string, id: string) => PublishVerdict = () => 'keep';
  /** Names the number of the error that answers a subscription to a prefix; takes all when not set. */
  refusal: (prefix: string) => string | undefined = () => undefined;
  /** False makes hellos go unanswered. */
  welcoming = true;
  /** Writes counts and flags as Python's router does: binary. */
  python = false;
  readonly #agents = new Map<string, Connected>();
  readonly #peers = new Map<string, FakePeer>();
  readonly #watchers = new Set<() => void>();

  /** A connection for an agent, let in as soon as it is opened unless `admit` is false. */
  connect(identity: string, admit = true): FakeBus {
    const bus = new FakeBus(identity, (frames) => {
      this.#route(identity, frames);
    });
    this.#agents.set(identity, { bus, prefixes: [], greeted: false });
    if (admit)
      queueMicrotask(() => {
        this.admit(identity);
      });
    return bus;
  }

  admit(identity: string): void {
    this.#agents.get(identity)?.bus.become('connected');
  }

  refuse(identity: string, reason?: VipError): void {
    this.#agents.get(identity)?.bus.become('refused', reason);
  }

  /** Ends the transport; the platform forgets the peer's subscriptions. */
  cut(identity: string): void {
    const agent = this.#agents.get(identity);
    if (agent === undefined) return;
    agent.prefixes = [];
    agent.greeted = false;
    agent.bus.become('lost');
  }

  /** Plays a peer. */
  play(identity: string, peer: FakePeer): void {
    this.#peers.set(identity, peer);
  }

  /** Delivers a publication of another agent to those who subscribed. Answers how many did. */
  publish(topic: string, message: unknown, headers: Readonly<Record<string, unknown>> = {}, sender = 'driver'): number {
    const body = encodeText(JSON.stringify({ bus: '', headers, message }));
    return this.#deliver(sender, 'x1', topic, appendSender(body, body.length - 1, sender), '');
  }

  /** Sends a message to an agent as if from a peer. */
  send(to: string, message: OutgoingMessage, user = message.peer): void {
    this.#agents.get(to)?.bus.deliver(encodeMessage({ ...message, user }));
  }

  /** Settles with the first message, received or still to come, that the test wants. */
  async message(wanted: (message: VipMessage & { readonly from: string }) => boolean): Promise<VipMessage> {
    return this.until(() => this.received.find(wanted));
  }

  /** Settles with the first value that is not undefined, asked after each message that reaches the router. */
  until<T>(ask: () => T | undefined): Promise<T> {
    return new Promise((resolve) => {
      const check = (): void => {
        const value = ask();
        if (value === undefined) return;
        this.#watchers.delete(check);
        resolve(value);
      };
      this.#watchers.add(check);
      check();
    });
  }

  /** The publications that reached the router, in order. */
  get publications(): { readonly topic: string; readonly id: string; readonly body: Record<string, unknown> }[] {
    return this.received
      .filter((message) => texts(message)[0] === 'publish')
      .map((message) => ({
        topic: texts(message)[1] ?? '',
        id: message.id,
        body: parseLooseJson(texts(message)[2] ?? '') as Record<string, unknown>,
      }));
  }

  /** Prefixes that the router holds for an agent. */
  subscriptionsOf(identity: string): string[] {
    return this.#agents.get(identity)?.prefixes.map(({ prefix }) => prefix) ?? [];
  }

  #route(from: string, frames: readonly Uint8Array[]): void {
    const message = decodeMessage(frames);
    this.received.push({ ...message, from });
    if (message.peer === '') this.#serve(from, message);
    else this.#forward(from, message);
    for (const watcher of [...this.#watchers]) watcher();
  }

  #answer(to: string, { id, subsystem }: VipMessage, args: readonly (string | Uint8Array)[], as = subsystem): void {
    const frames = args.map((arg) => (typeof arg === 'string' ? encodeText(arg) : arg));
    this.#agents.get(to)?.bus.deliver(encodeMessage({ peer: '', user: to, id, subsystem: as, args: frames }));
  }

  #forward(from: string, message: VipMessage): void {
    const forwarded = { ...message, peer: from, user: from };
    const agent = this.#agents.get(message.peer);
    const peer = this.#peers.get(message.peer);
    if (peer !== undefined) {
      peer(forwarded, (reply) => {
        this.send(reply.peer, { ...reply, peer: message.peer });
      });
    } else if (agent?.greeted === true) agent.bus.deliver(encodeMessage(forwarded));
    else this.#answer(from, message, ['113', 'No route to host', message.peer, message.subsystem], 'error');
  }

  #serve(from: string, message: VipMessage): void {
    const [operation = '', ...rest] = texts(message);
    const agent = this.#agents.get(from);
    switch (message.subsystem) {
      case 'hello':
        if (!this.welcoming || agent === undefined) return;
        agent.greeted = true;
        this.#answer(from, message, ['welcome', '1.0', 'fake-router', from]);
        return;
      case 'ping':
        this.#answer(from, message, ['pong', ...rest]);
        return;
      case 'peerlist':
        this.#answer(from, message, ['listing', ...this.#agents.keys(), ...this.#peers.keys()]);
        return;
      case 'query':
        this.#answer(from, message, ['', this.properties[operation] ?? '']);
        return;
      case 'pubsub':
        this.#servePubSub(from, message, operation);
        return;
      case 'agentstop':
        return;
      case 'external_rpc':
        // Tests play the other platforms.
        return;
      default:
        this.#answer(from, message, ['93', 'Protocol not supported', '', message.subsystem], 'error');
    }
  }

  #servePubSub(from: string, message: VipMessage, operation: string): void {
    const agent = this.#agents.get(from);
    if (agent === undefined) return;
    const [, first = '', second = ''] = texts(message);
    if (operation === 'publish') this.#publish(from, message, first);
    else if (operation === 'synchronize') agent.prefixes = readSynchronize(second);
    else if (operation === 'subscribe') {
      const { prefix, bus } = parseLooseJson(first) as { prefix: string[]; bus: string };
      const errno = prefix.map(this.refusal).find((one) => one !== undefined);
      if (errno !== undefined) {
        this.#answer(from, message, [errno, 'the platform says no', '', 'pubsub'], 'error');
        this.#answer(from, message, ['request_response', this.#count(0)]);
        return;
      }
      agent.prefixes.push(...prefix.map((text) => ({ bus, prefix: text })));
      this.#answer(from, message, ['request_response', this.#count(1)]);
    } else {
      const gone = Object.values(parseLooseJson(first) as Record<string, { prefix: string[] }>)[0]?.prefix ?? [];
      agent.prefixes = agent.prefixes.filter(({ prefix }) => !gone.includes(prefix));
      this.#answer(from, message, ['request_response', this.#count(1)]);
    }
  }

  #publish(from: string, message: VipMessage, topic: string): void {
    const verdict = this.verdict(topic, message.id);
    if (verdict === 'lose') return;
    if (verdict === 'refuse') {
      this.#answer(from, message, ['11', 'Resource temporarily unavailable', '', 'pubsub'], 'error');
      return;
    }
    if (verdict === 'forbid') {
      this.#answer(from, message, ['-32001', `to publish to topic "${topic}"`, '', 'pubsub'], 'error');
      this.#answer(from, message, ['request_response', this.#count(0)]);
      return;
    }
    const given = message.args[2] ?? new Uint8Array(0);
    const { closing, bus } = scanPublishBody(given);
    const count = this.#deliver(from, message.id, topic, appendSender(given, closing, from), bus);
    this.#answer(from, message, ['request_response', this.#count(count)]);
  }

  #deliver(sender: string, id: string, topic: string, body: Uint8Array, bus: string): number {
    let count = 0;
    for (const agent of this.#agents.values()) {
      if (!agent.prefixes.some((held) => held.bus === bus && topic.startsWith(held.prefix))) continue;
      count++;
      const args = [encodeText('publish'), encodeText(topic), body];
      agent.bus.deliver(encodeMessage({ peer: '', user: sender, id, subsystem: 'pubsub', args }));
    }
    return count;
  }

  #count(count: number): Uint8Array {
    return this.python ? Uint8Array.from([count & 0xff, count >> 8, 0, 0]) : encodeText(String(count));
  }
}

/** The arguments as text. */
export const texts = (message: VipMessage): string[] => message.args.map(decodeText);

function readSynchronize(text: string): { bus: string; prefix: string }[] {
  const { subscriptions } = parseLooseJson(text) as {
    subscriptions: Record<string, Record<string, string[]>>;
  };
  return Object.values(subscriptions).flatMap((buses) =>
    Object.entries(buses).flatMap(([bus, prefixes]) => prefixes.map((prefix) => ({ bus, prefix }))),
  );
}
