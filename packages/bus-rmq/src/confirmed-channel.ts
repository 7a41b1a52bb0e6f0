import type { ChannelModel, ConfirmChannel, Message, Options } from 'amqplib';
import type { SendWindow } from './send-window.ts';
import { EXCHANGE } from './names.ts';

/** A message on its way to the exchange. */
export interface Sending {
  readonly routingKey: string;
  readonly content: Buffer;
  readonly options: Options.Publish;
}

export interface ConfirmedChannelOptions<S extends Sending> {
  readonly window: SendWindow;
  /** Whether what the broker has not confirmed is sent again over the next channel; else it is given up with the channel. */
  readonly resends: boolean;
  readonly confirmed: (sending: S) => void;
  /** The broker could not take it; it may later. */
  readonly failed: (sending: S) => void;
  /** The broker will not take it. */
  readonly refused: (sending: S, error: Error) => void;
  /** No queue is bound to its key. */
  readonly returned: (message: Message) => void;
}

/** A channel on which the broker confirms what it took. It comes back after a refusal, and with the next connection. */
export class ConfirmedChannel<S extends Sending> {
  readonly #options: ConfirmedChannelOptions<S>;
  /** By delivery tags, which count up within a channel. */
  #unconfirmed = new Map<number, S>();
  /** For the next channel. */
  #waiting: S[] = [];
  #connection: ChannelModel | undefined;
  #channel: ConfirmChannel | undefined;
  #tag = 0;
  #congested = false;

  constructor(options: ConfirmedChannelOptions<S>) {
    this.#options = options;
  }

  /** Opens over a new connection, and sends what is still to be confirmed. */
  async attach(connection: ChannelModel): Promise<void> {
    this.#connection = connection;
    await this.#open(connection);
  }

  /** The connection is gone. */
  detach(): void {
    this.#connection = undefined;
    this.#channel = undefined;
    this.#congest(false);
    const left = [...this.#unconfirmed.values(), ...this.#waiting];
    this.#unconfirmed.clear();
    this.#waiting = [];
    if (this.#options.resends) this.#waiting = left;
    else for (const sending of left) this.#options.window.give(sending.content.length);
  }

  send(sending: S): void {
    this.#options.window.take(sending.content.length);
    if (this.#channel === undefined) this.#waiting.push(sending);
    else this.#publish(this.#channel, sending);
  }

  #publish(channel: ConfirmChannel, sending: S): void {
    const hasRoom = channel.publish(EXCHANGE, sending.routingKey, sending.content, sending.options);
    this.#unconfirmed.set(++this.#tag, sending);
    if (!hasRoom) this.#congest(true);
  }

  async #open(connection: ChannelModel): Promise<void> {
    const channel = await connection.createConfirmChannel();
    let reason: Error | undefined;
    channel.on('error', (error) => {
      reason = error;
    });
    channel.on('close', () => {
      if (this.#channel === channel) this.#closed(reason);
    });
    channel.on('ack', ({ deliveryTag, multiple }) => {
      this.#settle(deliveryTag, multiple, this.#options.confirmed);
    });
    channel.on('nack', ({ deliveryTag, multiple }) => {
      this.#settle(deliveryTag, multiple, this.#options.failed);
    });
    channel.on('return', this.#options.returned);
    channel.on('drain', () => {
      if (this.#channel === channel) this.#congest(false);
    });
    this.#channel = channel;
    this.#tag = 0;
    for (const sending of this.#waiting.splice(0)) this.#publish(channel, sending);
  }

  #settle(tag: number, multiple: boolean, tell: (sending: S) => void): void {
    if (!multiple) {
      this.#take(tag, tell);
      return;
    }
    for (const key of this.#unconfirmed.keys()) {
      if (key > tag) break;
      this.#take(key, tell);
    }
  }

  #take(tag: number, tell: (sending: S) => void): void {
    const sending = this.#unconfirmed.get(tag);
    if (sending === undefined) return;
    this.#unconfirmed.delete(tag);
    this.#leave(sending, tell);
  }

  #leave(sending: S, tell: (sending: S) => void): void {
    this.#options.window.give(sending.content.length);
    tell(sending);
  }

  #congest(isCongested: boolean): void {
    if (this.#congested === isCongested) return;
    this.#congested = isCongested;
    this.#options.window.congest(isCongested);
  }

  /** Without a reason the whole connection ends, and `detach` follows. */
  #closed(reason: Error | undefined): void {
    this.#channel = undefined;
    this.#congest(false);
    if (reason === undefined) return;
    const sent = [...this.#unconfirmed.values()];
    this.#unconfirmed.clear();
    this.#sortOut(sent, reason);
    const connection = this.#connection;
    if (connection === undefined) return;
    this.#open(connection).catch(() => {
      void connection.close().catch(() => undefined);
    });
  }

  /**
   * The broker takes the messages of a channel one after another and closes it at the first that it refuses: those before
   * that one were taken, confirmed or not, and those after it were not read.
   */
  #sortOut(sent: readonly S[], reason: Error): void {
    const { resends, confirmed, failed, refused } = this.#options;
    const refusesOne = offenderOf(reason);
    const at = sent.findIndex(refusesOne);
    const before = sent.slice(0, Math.max(at, 0));
    const offender = sent[at];
    if (offender === undefined) {
      for (const sending of sent) this.#leave(sending, failed);
      return;
    }
    if (!resends) for (const sending of before) this.#leave(sending, confirmed);
    this.#waiting = [...(resends ? before : []), ...sent.slice(at + 1), ...this.#waiting];
    this.#leave(offender, (sending) => {
      refused(sending, reason);
    });
  }
}

/** Which message the broker means when it closes a channel. */
function offenderOf({ message, ...error }: Error): (sending: Sending) => boolean {
  const { code } = error as { readonly code?: unknown };
  const topic = /access to topic '(.*)' in exchange '/s.exec(message)?.[1];
  if (topic !== undefined) return ({ routingKey }) => routingKey === topic;
  const size = /message size (\d+)/.exec(message)?.[1];
  if (size !== undefined) return ({ content }) => content.length === Number(size);
  // No right to the exchange, or no exchange: the first was refused, and each after it will be.
  return () => code === 403 || code === 404;
}
