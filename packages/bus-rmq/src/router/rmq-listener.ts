import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { encodeText, VipError } from '@volttron-ts/vip-core';
import type {
  BusListener,
  BusRelay,
  BusRelayEvents,
  CaptureOutcome,
  Clock,
  Logger,
  PeerLink,
} from '@volttron-ts/vip-core';
import { AmqpLink } from '../amqp-link.ts';
import type { AmqpTarget } from '../amqp-link.ts';
import { checkCertificateName } from '../certificate-name.ts';
import { DeliveryReader } from '../delivery-reader.ts';
import type { ReadPublication } from '../delivery-reader.ts';
import { addressOf, explainFailure } from '../explain-failure.ts';
import type { BrokerAddress } from '../explain-failure.ts';
import { emptied } from '../linger.ts';
import { PING_ID, qualify, splitQualified } from '../names.ts';
import type { Speaker } from '../speaker.ts';
import { KeptFeed } from './kept-feed.ts';
import { LiveFeed } from './live-feed.ts';
import { Outgoing } from './outgoing.ts';
import { PeerQueues } from './peer-queues.ts';
import { makeFrames, readFrames, recipientOn } from './router-message.ts';
import { SenderLinks } from './sender-links.ts';
import { UnroutableQueue } from './unroutable-queue.ts';

export interface RmqListenerOptions extends AmqpTarget {
  /** The platform that this is the router of. */
  readonly instance: string;
  /** First words of topics whose publications the broker holds until they are kept. */
  readonly keptTopics: readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
  /** 0 to 1; spreads attempts. */
  readonly random?: () => number;
}

const pong = [encodeText('pong')];

/**
 * The platform's side of a RabbitMQ bus. Peers and subscribers there talk by the broker; the router is a peer among them,
 * and so is every peer of its other listeners, by a queue of its name.
 */
export class RmqListener implements BusListener {
  readonly addresses: readonly string[] = [];
  readonly relay: BusRelay;
  readonly #options: RmqListenerOptions;
  readonly #user: string;
  readonly #reader: DeliveryReader;
  readonly #link: AmqpLink;
  readonly #outgoing: Outgoing;
  readonly #queues: PeerQueues;
  readonly #links: SenderLinks;
  readonly #live: LiveFeed;
  readonly #kept: KeptFeed;
  readonly #unroutable: UnroutableQueue;
  readonly #opened = Promise.withResolvers<undefined>();
  #events: BusRelayEvents | undefined;
  #connection: ChannelModel | undefined;
  #broker: BrokerAddress | undefined;

  /** Throws CertificateNameError for a certificate of another name, InvalidValueError for what is no certificate. */
  constructor(options: RmqListenerOptions) {
    const { instance, clock, log, random = Math.random } = options;
    this.#options = options;
    this.#user = qualify(instance, '');
    checkCertificateName(options.tls.cert, this.#user);
    this.#reader = new DeliveryReader(instance);
    this.#outgoing = new Outgoing({ instance, log });
    this.#queues = new PeerQueues({
      instance,
      log,
      deliver: this.#guarded((delivery) => {
        this.#receive(delivery);
      }),
    });
    this.#links = this.#makeLinks();
    this.#live = new LiveFeed({
      instance,
      deliver: this.#guarded((delivery) => {
        if (!this.#isKept(delivery)) this.#publication(delivery);
      }),
      broken: () => {
        this.#restart();
      },
    });
    this.#kept = new KeptFeed({
      ...{ instance, clock, log, topics: options.keptTopics, isCluster: options.brokers.length > 1 },
      deliver: (delivery, settled) => {
        this.#keptPublication(delivery, settled);
      },
    });
    this.#unroutable = new UnroutableQueue({
      ...{
        instance,
        deliver: this.#guarded((delivery) => {
          this.#undelivered(delivery);
        }),
      },
    });
    this.#link = new AmqpLink(
      { ...options, random },
      {
        up: (connection, broker) => this.#up(connection, broker),
        down: (error, broker) => {
          this.#down(error, broker);
        },
      },
    );
    this.relay = this.#makeRelay();
  }

  #makeRelay(): BusRelay {
    const live = this.#live;
    return {
      peer: (change, identity) => {
        if (change === 'add') this.#queues.add(identity);
        else this.#queues.drop(identity);
      },
      wanted: (prefix, allPlatforms, isWanted) => {
        live.wanted(prefix, allPlatforms, isWanted);
      },
      get pending() {
        return live.pending;
      },
      publish: (publication) => this.#outgoing.publish(publication),
    };
  }

  /** Settles once the broker is there, or is found away: then it is tried again and again. */
  async open(events: BusRelayEvents): Promise<void> {
    this.#events = events;
    this.#link.open();
    await this.#opened.promise;
  }

  /** Credentials of this bus are certificates: the broker ends their connections. */
  drop(): number {
    return 0;
  }

  async close(): Promise<void> {
    if (this.#connection !== undefined) {
      await this.#kept.close();
      await emptied(this.#outgoing.window, this.#options.clock);
    }
    this.#queues.detach();
    this.#live.detach();
    this.#links.close('router is closing');
    await this.#link.close();
  }

  #makeLinks(): SenderLinks {
    const { clock, log } = this.#options;
    return new SenderLinks({
      ...{ clock, log },
      address: () => (this.#broker === undefined ? 'rmq' : addressOf(this.#broker)),
      entered: (link) => this.#events?.peer(link),
      gone: (link, reason) => this.#events?.gone(link, reason),
      send: (peer, frames) => this.#outgoing.send(peer, readFrames(frames)),
      probe: (peer) => {
        // An answer to a question that was not asked: peers take no notice of it.
        this.#outgoing.send(peer, { sender: '', user: '', id: PING_ID, subsystem: 'ping', args: pong });
      },
    });
  }

  async #up(connection: ChannelModel, broker: BrokerAddress): Promise<void> {
    this.#broker = broker;
    this.#outgoing.watch(connection);
    const channel = await this.#channelOf(connection);
    await this.#unroutable.attach(channel);
    await this.#outgoing.attach(connection);
    await this.#live.attach(connection, channel);
    await this.#kept.attach(connection);
    // Last: peers take the platform for present once the router has its queue.
    await this.#queues.attach(connection, channel);
    this.#connection = connection;
    this.#options.log.info('connected to the broker', { address: addressOf(broker) });
    this.#links.watch();
    this.#opened.resolve(undefined);
  }

  async #channelOf(connection: ChannelModel): Promise<Channel> {
    const channel = await connection.createChannel();
    channel.on('error', () => undefined);
    channel.on('close', () => {
      if (this.#connection === connection) this.#restart();
    });
    return channel;
  }

  #restart(): void {
    void this.#connection?.close().catch(() => undefined);
  }

  #down(error: Error, broker: BrokerAddress): void {
    this.#connection = undefined;
    this.#outgoing.detach();
    this.#live.detach();
    this.#kept.detach();
    this.#queues.detach();
    this.#links.pause();
    this.#opened.resolve(undefined);
    void explainFailure(error, broker, this.#user).then((reason) => {
      if (this.#connection === undefined)
        this.#options.log.warn('not connected to the broker', { reason: reason.line });
    });
  }

  /** What nobody foresaw in one delivery is logged, and the next one is served. */
  #guarded(serve: (delivery: ConsumeMessage) => void): (delivery: ConsumeMessage) => void {
    return (delivery) => {
      try {
        serve(delivery);
      } catch (error) {
        const reason = error instanceof VipError ? error.line : String(error);
        this.#options.log.warn('a message could not be taken', { key: delivery.fields.routingKey, reason });
      }
    };
  }

  #receive(delivery: ConsumeMessage): void {
    const { speaker, message } = this.#reader.message(delivery);
    if (this.#isOurs(speaker, message.verified)) return;
    const recipient = recipientOn(this.#options.instance, message.recipient);
    const link = this.#linkOf(speaker);
    // Publications do not come this way, nor do subscriptions: the broker checks who may.
    if (link === undefined || (recipient === '' && message.subsystem === 'pubsub')) return;
    void this.#events?.message(link, makeFrames(message));
  }

  #publication(delivery: ConsumeMessage, settled?: (outcome: CaptureOutcome) => void): void {
    const read = this.#reader.publication(delivery);
    const link = this.#isOurs(read.speaker, verifiedOf(delivery)) ? undefined : this.#publisherOf(read);
    if (link === undefined) settled?.('kept');
    else this.#events?.publication(link, read, settled);
  }

  #keptPublication(delivery: ConsumeMessage, settled: (outcome: CaptureOutcome) => void): void {
    let isSettled = false;
    const once = (outcome: CaptureOutcome): void => {
      if (!isSettled) settled(outcome);
      isSettled = true;
    };
    this.#guarded(() => {
      try {
        this.#publication(delivery, once);
      } catch (error) {
        // Nobody will ever understand it.
        once('kept');
        throw error;
      }
    })(delivery);
  }

  /** Whether it comes by the queue of those to be kept, too. */
  #isKept({ fields: { routingKey } }: ConsumeMessage): boolean {
    const [, instance, word] = routingKey.split('.', 3);
    return instance === this.#options.instance && word !== undefined && this.#options.keptTopics.includes(word);
  }

  /** What this router itself has published. */
  #isOurs(speaker: Speaker, verified: string | undefined): boolean {
    return speaker.isByRouter && verified === this.#user;
  }

  #linkOf(speaker: Speaker): PeerLink | undefined {
    if (this.#reader.speakers.isOwn(speaker)) return this.#links.of(speaker);
    return undefined;
  }

  /** Other platforms count as their routers do that connect to ours. */
  #publisherOf({ speaker, isForeign }: ReadPublication): PeerLink | undefined {
    if (!isForeign) return this.#linkOf(speaker);
    return this.#links.of({ peer: `instance.${speaker.instance}`, user: '', isVerified: false });
  }

  #undelivered(delivery: ConsumeMessage): void {
    if (delivery.properties.type === 'pubsub' || delivery.properties.type === 'error') return;
    const { message } = this.#reader.message(delivery);
    const { sender, verified, recipient, id, subsystem } = message;
    const peer = splitQualified(recipient);
    const isHere = peer.instance === this.#options.instance;
    if (isHere && this.#queues.has(peer.peer)) {
      // Its queue is still being made.
      this.#receive(delivery);
      return;
    }
    if (verified !== this.#user) {
      this.#outgoing.bounce(message);
      return;
    }
    if (isHere) this.#links.gone(peer.peer, 'it has no queue');
    if (id === PING_ID) return;
    this.#events?.undelivered({ sender: splitQualified(sender).peer, recipient: peer.peer, id, subsystem });
  }
}

const verifiedOf = ({ properties }: ConsumeMessage): string | undefined =>
  typeof properties.userId === 'string' ? properties.userId : undefined;
