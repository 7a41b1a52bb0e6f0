import type { Channel, ChannelModel, ConsumeMessage, Message } from 'amqplib';
import { encodeText, UnreachableError, VipError } from '@volttron-ts/vip-core';
import type {
  BusConnection,
  BusConnectionEvents,
  BusState,
  Clock,
  Logger,
  OutgoingMessage,
  SendResult,
  VipMessage,
} from '@volttron-ts/vip-core';
import { AmqpLink } from './amqp-link.ts';
import type { AmqpTarget } from './amqp-link.ts';
import { encodeAmqp } from './amqp-message.ts';
import { checkCertificateName } from './certificate-name.ts';
import { ConfirmedChannel } from './confirmed-channel.ts';
import type { Sending } from './confirmed-channel.ts';
import { BrokerRefusedError, ClientCertificateError, IdentityInUseError } from './errors.ts';
import { addressOf, brokerText, explainFailure } from './explain-failure.ts';
import type { BrokerAddress } from './explain-failure.ts';
import { readExternalCall } from './external-calls.ts';
import { Inbox } from './inbox.ts';
import { Incoming } from './incoming.ts';
import { emptied } from './linger.ts';
import { localAnswers } from './local-answers.ts';
import type { Failed } from './local-answers.ts';
import { EXCHANGE, PING_ID, qualify } from './names.ts';
import { RmqPubSub } from './rmq-pubsub.ts';
import type { SentPublication } from './rmq-pubsub.ts';
import { RouterWatch } from './router-watch.ts';
import { SendWindow } from './send-window.ts';
import { Subscriptions } from './subscriptions.ts';

export interface RmqConnectionOptions extends AmqpTarget {
  /** The platform that the agent is a peer of. */
  readonly instance: string;
  readonly identity: string;
  readonly clock: Clock;
  /** 0 to 1; spreads attempts. */
  readonly random?: () => number;
  readonly log?: Logger;
}

interface SentMessage extends Sending, Failed {}

/** Deliveries of a queue that may wait to be handled and acknowledged. */
const PREFETCH = 256;
/** AMQP's short strings. */
const SHORT_BYTES = 255;
const isTooLong = (text: string): boolean => text.length * 3 > SHORT_BYTES && Buffer.byteLength(text) > SHORT_BYTES;
const mandatory = { mandatory: true };
const ping = [encodeText('ping')];

/**
 * An agent's connection to a platform on RabbitMQ. It counts as connected while the platform's router is on the broker,
 * too. What was published and not confirmed when a connection was lost is published again, under its id; other messages
 * are lost with their connection, as on ZMQ, since a call that is carried out twice is worse than one whose caller is told.
 */
export class RmqConnection implements BusConnection {
  readonly identity: string;
  readonly #options: RmqConnectionOptions;
  readonly #user: string;
  readonly #router: string;
  readonly #incoming: Incoming;
  readonly #window = new SendWindow();
  readonly #inbox: Inbox;
  readonly #messages: ConfirmedChannel<SentMessage>;
  readonly #publications: ConfirmedChannel<SentPublication>;
  readonly #pubsub: RmqPubSub;
  readonly #subscriptions: Subscriptions;
  readonly #watch: RouterWatch;
  readonly #link: AmqpLink;
  #events: BusConnectionEvents | undefined;
  #state: BusState = 'connecting';
  #connection: ChannelModel | undefined;
  #channel: Channel | undefined;
  #broker: BrokerAddress | undefined;
  #closing: Promise<void> | undefined;

  /** Throws CertificateNameError for a certificate of another name, InvalidValueError for what is no certificate. */
  constructor(options: RmqConnectionOptions) {
    const { instance, identity, clock, random = Math.random, log } = options;
    this.identity = identity;
    this.#options = options;
    this.#user = qualify(instance, identity);
    this.#router = qualify(instance, '');
    checkCertificateName(options.tls.cert, this.#user);
    this.#incoming = new Incoming(instance, identity);
    this.#inbox = new Inbox(clock, (message) => this.#handUp(message));
    this.#messages = this.#makeMessages();
    this.#publications = new ConfirmedChannel<SentPublication>({
      window: this.#window,
      resends: true,
      confirmed: (sent) => {
        this.#pubsub.confirmed(sent);
      },
      failed: (sent) => {
        this.#pubsub.failed(sent);
      },
      refused: (sent, error) => {
        this.#pubsub.refused(sent, error);
      },
      returned: () => undefined,
    });
    this.#subscriptions = this.#makeSubscriptions();
    this.#pubsub = new RmqPubSub({
      ...{ instance, identity, user: this.#user, log },
      subscriptions: this.#subscriptions,
      channel: this.#publications,
      answer: (message) => {
        this.#answer(message);
      },
    });
    this.#watch = this.#makeWatch(clock);
    this.#link = new AmqpLink(
      { ...options, random },
      {
        up: (connection, broker) => this.#up(connection, broker),
        down: (error, broker) => {
          this.#down(error, broker);
        },
      },
    );
  }

  get state(): BusState {
    return this.#state;
  }

  open(events: BusConnectionEvents): void {
    this.#events = events;
    this.#link.open();
  }

  send(message: OutgoingMessage): SendResult {
    if (this.#state !== 'connected' || this.#connection === undefined) return 'closed';
    if (this.#window.full) return 'full';
    if (message.peer !== '') this.#publish(qualify(this.#options.instance, message.peer), message);
    else if (message.subsystem === 'pubsub') this.#pubsub.handle(message);
    else if (message.subsystem === 'external_rpc') this.#sendToPlatform(message);
    else this.#publish(this.#router, message);
    return 'sent';
  }

  drained(): Promise<void> {
    return this.#state === 'connected' ? this.#window.drained() : Promise.resolve();
  }

  close(): Promise<void> {
    this.#closing ??= this.#end(this.#connection !== undefined);
    return this.#closing;
  }

  async #end(isUp: boolean): Promise<void> {
    this.#become('closed');
    this.#watch.stop();
    if (isUp) await emptied(this.#window, this.#options.clock);
    this.#inbox.clear();
    const channel = this.#channel;
    this.#channel = undefined;
    // Behind its acknowledgements; closing the connection would overtake them.
    await channel?.close().catch(() => undefined);
    await this.#link.close();
  }

  #makeMessages(): ConfirmedChannel<SentMessage> {
    return new ConfirmedChannel<SentMessage>({
      window: this.#window,
      resends: false,
      confirmed: () => undefined,
      failed: (sent) => {
        this.#answer(localAnswers.error(this.identity, 'again', sent));
      },
      refused: (sent, error) => {
        const why = brokerText(error.message);
        const text = `The broker does not let "${this.#user}" send to topic "${sent.routingKey}": ${why}.`;
        const kind = error.message.includes('message size') ? 'tooLong' : 'unauthorized';
        this.#answer(localAnswers.refuse(this.identity, kind, text, sent));
      },
      returned: (message) => {
        this.#returned(message);
      },
    });
  }

  #makeSubscriptions(): Subscriptions {
    const { instance, brokers, log } = this.#options;
    return new Subscriptions({
      ...{ instance, user: this.#user, isCluster: brokers.length > 1 },
      deliver: (delivery, channel, isKept) => {
        this.#receive(() => this.#incoming.publication(delivery), delivery, channel, isKept);
      },
      withdrawn: ({ prefix }, error) => {
        log?.warn('the broker no longer lets this agent subscribe', { prefix, reason: brokerText(error.message) });
      },
      broken: () => {
        this.#restart();
      },
    });
  }

  #makeWatch(clock: Clock): RouterWatch {
    return new RouterWatch({
      clock,
      ping: () => {
        this.#publish(this.#router, { peer: '', id: PING_ID, subsystem: 'ping', args: ping });
      },
      present: () => {
        this.#become('connected');
      },
      absent: () => {
        const { instance } = this.#options;
        const at = this.#broker === undefined ? 'its broker' : `the broker at ${addressOf(this.#broker)}`;
        const reason = new UnreachableError(instance, `The platform "${instance}" is not connected to ${at}.`);
        this.#become(this.#state === 'connecting' ? 'connecting' : 'lost', reason);
      },
    });
  }

  async #up(connection: ChannelModel, broker: BrokerAddress): Promise<void> {
    this.#broker = broker;
    connection.on('blocked', (reason) => {
      this.#options.log?.warn('the broker takes nothing at present', { reason });
      this.#window.block(true);
    });
    connection.on('unblocked', () => {
      this.#window.block(false);
    });
    const channel = await connection.createChannel();
    // A reason comes with the channel's closing; either way the connection is made anew.
    channel.on('error', () => undefined);
    channel.on('close', () => {
      if (this.#channel === channel) this.#restart();
    });
    await channel.prefetch(PREFETCH);
    await this.#declare(channel);
    await this.#pubsub.attach(connection, channel);
    await this.#messages.attach(connection);
    await this.#publications.attach(connection);
    this.#connection = connection;
    this.#channel = channel;
    if (this.#state !== 'closed') this.#watch.start();
  }

  /** The agent's own queue, which nobody else can have at the same time. */
  async #declare(channel: Channel): Promise<void> {
    await channel.assertQueue(this.#user, { exclusive: true, autoDelete: true, durable: false });
    await channel.bindQueue(this.#user, EXCHANGE, this.#user);
    await channel.consume(this.#user, (delivery) => {
      if (delivery !== null) {
        this.#receive(() => this.#incoming.message(delivery), delivery, channel, false);
      } else if (this.#channel === channel) {
        // Somebody deleted the queue.
        this.#declare(channel).catch(() => {
          this.#restart();
        });
      }
    });
  }

  /** Ends the connection; the link makes another one. */
  #restart(): void {
    void this.#connection?.close().catch(() => undefined);
  }

  #down(error: Error, broker: BrokerAddress): void {
    this.#connection = undefined;
    this.#channel = undefined;
    this.#broker = undefined;
    this.#watch.stop();
    this.#messages.detach();
    this.#publications.detach();
    this.#subscriptions.detach();
    this.#inbox.forget();
    this.#window.block(false);
    void this.#explain(error, broker);
  }

  async #explain(error: Error, broker: BrokerAddress): Promise<void> {
    const reason = await explainFailure(error, broker, this.#user);
    if (this.#connection !== undefined) return;
    const isRefused =
      reason instanceof BrokerRefusedError ||
      reason instanceof IdentityInUseError ||
      reason instanceof ClientCertificateError;
    if (isRefused) this.#become('refused', reason);
    else this.#become(this.#state === 'connecting' ? 'connecting' : 'lost', reason);
  }

  #publish(recipient: string, { peer, id, subsystem, args }: OutgoingMessage): void {
    if (isTooLong(recipient) || isTooLong(id) || isTooLong(subsystem)) {
      const text = `Recipient, id and subsystem of a message have at most ${SHORT_BYTES} bytes each on this bus.`;
      const short = { peer: peer.slice(0, 80), id, subsystem: subsystem.slice(0, 80) };
      this.#answer(localAnswers.refuse(this.identity, 'tooLong', text, short));
      return;
    }
    const message = { sender: this.#user, recipient, user: this.#user, id, subsystem, args };
    const { routingKey, properties, content } = encodeAmqp(message, this.#user);
    // What has no binding goes to the router, which answers; what finds no router either comes back.
    this.#messages.send({ peer, id, subsystem, routingKey, content, options: Object.assign(properties, mandatory) });
  }

  #sendToPlatform(message: OutgoingMessage): void {
    try {
      const { recipient, args } = readExternalCall(message.args, this.#options.instance);
      this.#publish(recipient, { ...message, subsystem: 'RPC', args });
    } catch (error) {
      if (!(error instanceof VipError)) throw error;
      this.#answer(localAnswers.refuse(this.identity, 'invalid', error.line, message));
    }
  }

  #returned({ fields, properties }: Message): void {
    const { routingKey } = fields;
    const id = String(properties.messageId);
    const subsystem = String(properties.type);
    if (routingKey === this.#router) this.#watch.returned();
    // An error about an error would go round for ever.
    if (id === PING_ID || subsystem === 'error') return;
    const { instance } = this.#options;
    const peer = routingKey === this.#router ? '' : routingKey.replace(`${instance}.`, '');
    this.#answer(localAnswers.error(this.identity, 'unreachable', { peer, id, subsystem }));
  }

  #receive(read: () => VipMessage, delivery: ConsumeMessage, channel: Channel, isKept: boolean): void {
    let message: VipMessage | undefined;
    try {
      message = read();
    } catch (error) {
      // Nobody could answer it, and the next one may be good.
      const reason = error instanceof VipError ? error.line : String(error);
      this.#options.log?.warn('a message could not be taken', { key: delivery.fields.routingKey, reason });
    }
    const isOurs = message?.peer === '' && message.id === PING_ID;
    this.#inbox.push(isOurs ? undefined : message, { channel, delivery, isKept });
    if (message?.peer === '' && message.subsystem !== 'pubsub' && message.subsystem !== 'external_rpc') {
      this.#watch.heard();
    }
  }

  /** Answers of our own come after the call that asked for them. */
  #answer(message: VipMessage): void {
    queueMicrotask(() => {
      this.#inbox.push(message);
    });
  }

  #handUp(message: VipMessage): void | Promise<void> {
    if (this.#state === 'closed') return;
    try {
      return this.#events?.message(message);
    } catch (error) {
      this.#options.log?.error('a message could not be handled', { peer: message.peer, reason: String(error) });
    }
  }

  #become(state: BusState, reason?: VipError): void {
    if (this.#state === 'closed' || (this.#state === state && reason === undefined)) return;
    this.#state = state;
    if (state !== 'connected') this.#window.release();
    this.#events?.state(state, reason);
  }
}
