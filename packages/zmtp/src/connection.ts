import type { Socket } from 'node:net';

import { encodeError } from './codec/command.ts';
import { FrameReader, command, longHeader } from './codec/frame-reader.ts';
import { encodeFrame } from './codec/frame-writer.ts';
import { checkGreetingStart, decodeGreeting, encodeGreeting, greetingLength } from './codec/greeting.ts';
import type { Greeting } from './codec/greeting.ts';
import type { Metadata } from './codec/metadata.ts';
import { CryptoError, DeniedError, ProtocolError, RefusedError } from './errors.ts';
import { Heartbeat } from './heartbeat.ts';
import type { Handshake, HandshakeStep } from './mechanism/mechanism.ts';
import type { SendResult, Settings } from './options.ts';
import { multipartProperty } from './options.ts';
import { Outbox } from './outbox.ts';
import { Traffic } from './traffic.ts';

/** Why a connection ended. */
export type CloseReason =
  /** The peer closed it, or the network did. */
  | 'lost'
  /** This side closed it. */
  | 'closed'
  /** No answer to PINGs, or the peer's own TTL ran out. */
  | 'silent'
  /** No READY in time. */
  | 'timeout'
  /** The peer broke the protocol. */
  | 'protocol'
  /** A box did not open, or the keys contradict. */
  | 'crypto'
  /** The authenticator, or the peer's, refused. */
  | 'refused'
  /** A newer connection with the same key took the identity. */
  | 'replaced'
  /** `dropKey`. */
  | 'dropped'
  /** Too many connections. */
  | 'evicted';

export interface ConnectionEvents {
  /** Server only; the owner answers with `accept`, `refuse` or `keepQuiet`, now or later. */
  authenticate(publicKey: Buffer | undefined, metadata: Metadata): void;
  /** Client only. */
  ready(metadata: Metadata): void;
  message(frames: Buffer[]): void | Promise<void>;
  /** Once, last. */
  ended(reason: CloseReason, error: Error | undefined, wasReady: boolean): void;
  /** The owner's handler threw. */
  handlerFailed(cause: unknown): void;
}

type Phase = 'greeting' | 'handshake' | 'deciding' | 'quiet' | 'ready' | 'ending' | 'closed';

/** Largest command of a handshake: HELLO has 200 bytes, INITIATE 257 and metadata. */
const handshakeLimit = 1024;
/** For a refused peer to read why. */
const refusalLingerMs = 1000;

/** One socket with its ZMTP state; both roles. Nothing it calls may throw out of it. */
export class Connection {
  readonly outbox: Outbox;
  readonly heartbeat: Heartbeat;
  readonly endpoint: string;
  private readonly socket: Socket;
  private readonly handshake: Handshake;
  private readonly settings: Settings;
  private readonly events: ConnectionEvents;
  private readonly reader = new FrameReader(handshakeLimit);
  private phase: Phase = 'greeting';
  private wasReady = false;
  private greetingBytes: Buffer = Buffer.alloc(0);
  private peer: Greeting | undefined;
  private traffic: Traffic | undefined;
  private cancelTimer: () => void;
  private closeCause: { reason: CloseReason; error: Error | undefined } = { reason: 'lost', error: undefined };

  /** `socket` is connected. */
  constructor(socket: Socket, endpoint: string, handshake: Handshake, settings: Settings, events: ConnectionEvents) {
    this.socket = socket;
    this.endpoint = endpoint;
    this.handshake = handshake;
    this.settings = settings;
    this.events = events;
    const failed = (error: unknown): void => {
      this.fail(error);
    };
    this.outbox = new Outbox(socket, settings, failed);
    this.heartbeat = new Heartbeat(settings, {
      send: (body) => {
        this.outbox.sendCommand(body);
      },
      silent: () => {
        this.destroy('silent');
      },
      paused: () => this.traffic?.paused ?? false,
    });
    this.cancelTimer = settings.timers.after(settings.handshakeTimeoutMs, () => {
      this.destroy('timeout');
    });
    socket.on('data', this.onData);
    socket.on('error', (error) => {
      if (this.closeCause.reason === 'lost') this.closeCause = { reason: 'lost', error };
    });
    socket.on('close', () => {
      this.outbox.close();
      this.heartbeat.stop();
      if (!this.traffic?.unread) this.finish();
    });
    socket.write(encodeGreeting(handshake.mechanism, handshake.asServer));
  }

  /** Whether a PING would be answered: ZMTP 3.1 peers do. */
  get canProbe(): boolean {
    return this.peer !== undefined && (this.peer.major > 3 || this.peer.minor >= 1);
  }

  get isReady(): boolean {
    return this.phase === 'ready' && !this.socket.destroyed;
  }

  /** Waits for `accept`, `refuse` or `keepQuiet`. */
  get isDeciding(): boolean {
    return this.phase === 'deciding';
  }

  send(frames: readonly Uint8Array[]): SendResult {
    return this.phase === 'ready' ? this.outbox.send(frames) : 'closed';
  }

  /** The owner's yes: sends READY. */
  accept(metadata: Buffer, peerMetadata: Metadata): void {
    if (this.phase !== 'deciding') return;
    this.socket.write(encodeFrame(command, this.handshake.accept(metadata)));
    this.begin(peerMetadata);
  }

  /** The owner's no: an ERROR that libzmq understands, then the end. */
  refuse(status: number, why: string): void {
    if (this.phase !== 'deciding') return;
    this.closeCause = { reason: 'refused', error: new DeniedError(status, why) };
    this.phase = 'ending';
    this.socket.end(encodeFrame(command, encodeError(String(status))));
    this.limit(refusalLingerMs);
  }

  /** Says nothing until the handshake times out, so that a libzmq peer does not come back at once. */
  keepQuiet(why: string): void {
    if (this.phase !== 'deciding') return;
    this.closeCause = { reason: 'refused', error: new DeniedError(300, why) };
    this.phase = 'quiet';
  }

  /** After `keepQuiet`: whether it waits for a decision again. */
  decideAgain(): boolean {
    if (this.phase !== 'quiet') return false;
    this.closeCause = { reason: 'lost', error: undefined };
    this.phase = 'deciding';
    return true;
  }

  /** Sends what is queued for at most `lingerMs`, then ends. */
  close(lingerMs: number, reason: CloseReason = 'closed'): void {
    if (this.phase === 'closed' || this.phase === 'ending') return;
    if (!this.isReady || lingerMs <= 0) {
      this.destroy(reason);
      return;
    }
    this.phase = 'ending';
    this.closeCause = { reason, error: undefined };
    this.traffic?.discard();
    this.socket.resume();
    this.limit(lingerMs);
    this.outbox.end(() => this.socket.end());
  }

  /** Ends at once; input not yet read is discarded. */
  destroy(reason: CloseReason, error?: Error): void {
    if (this.phase === 'closed') return;
    if (this.phase !== 'quiet' && this.phase !== 'ending') this.closeCause = { reason, error };
    this.socket.destroy();
    this.finish();
  }

  private limit(ms: number): void {
    this.cancelTimer();
    this.cancelTimer = this.settings.timers.after(ms, () => {
      this.destroy('closed');
    });
  }

  private fail(error: unknown): void {
    const cause = error instanceof Error ? error : new ProtocolError(String(error));
    this.destroy(cause instanceof CryptoError ? 'crypto' : 'protocol', cause);
  }

  private finish(): void {
    if (this.phase === 'closed') return;
    this.phase = 'closed';
    this.cancelTimer();
    this.outbox.close();
    this.handshake.destroy();
    this.traffic?.destroy();
    this.events.ended(this.closeCause.reason, this.closeCause.error, this.wasReady);
    // Last: it may tell a newcomer that waits for this identity, which must be free by now.
    this.heartbeat.stop();
  }

  private readonly onData = (chunk: Buffer): void => {
    this.heartbeat.received();
    try {
      if (this.traffic) this.traffic.feed(chunk);
      else this.shakeHands(chunk);
    } catch (error) {
      this.fail(error);
    }
  };

  private shakeHands(chunk: Buffer): void {
    if (this.phase === 'ending') return;
    if (this.phase === 'greeting') {
      const rest = this.readGreeting(chunk);
      if (!rest) return;
      this.reader.feed(rest);
    } else {
      this.reader.feed(chunk);
    }
    while (this.isShaking() && this.reader.next()) {
      if ((this.reader.flags & command) === 0) throw new ProtocolError('a handshake command is expected');
      this.take(this.handshake.receive(this.reader.body));
    }
    if (this.traffic) this.traffic.resume();
    else if (!this.isShaking() && this.reader.pending) throw new ProtocolError('it sends before READY');
  }

  private isShaking(): boolean {
    return this.phase === 'handshake';
  }

  /** Answers what follows the greeting, once it is complete. */
  private readGreeting(chunk: Buffer): Buffer | undefined {
    const wanted = greetingLength - this.greetingBytes.length;
    this.greetingBytes = Buffer.concat([this.greetingBytes, chunk.subarray(0, wanted)]);
    checkGreetingStart(this.greetingBytes);
    if (this.greetingBytes.length < greetingLength) return undefined;
    const greeting = decodeGreeting(this.greetingBytes);
    if (greeting.mechanism !== this.handshake.mechanism) {
      throw new ProtocolError(`its mechanism is ${greeting.mechanism} instead of ${this.handshake.mechanism}`);
    }
    this.peer = greeting;
    this.phase = 'handshake';
    const first = this.handshake.start();
    if (first) this.socket.write(encodeFrame(command, first));
    return chunk.subarray(wanted);
  }

  private take(step: HandshakeStep): void {
    if (step.type === 'send') {
      this.socket.write(encodeFrame(command, step.command));
    } else if (step.type === 'authenticate') {
      this.phase = 'deciding';
      if (this.reader.pending) throw new ProtocolError('it sends before READY');
      this.events.authenticate(step.publicKey, step.metadata);
    } else if (step.type === 'ready') {
      this.begin(step.metadata);
      this.events.ready(step.metadata);
    } else {
      const status = /^[345]\d\d$/.test(step.reason) ? Number(step.reason) : 400;
      this.destroy('refused', new RefusedError(this.endpoint, status, step.reason));
    }
  }

  private begin(peerMetadata: Metadata): void {
    this.phase = 'ready';
    this.wasReady = true;
    this.cancelTimer();
    const packing = peerMetadata.get(multipartProperty.toLowerCase())?.toString('latin1') === '1';
    const session = this.handshake.session(packing);
    this.handshake.destroy();
    this.reader.limit = this.settings.maxMessageBytes + session.overhead + this.settings.maxFrames * longHeader;
    this.traffic = new Traffic(this.reader, session, this.settings, {
      socket: this.socket,
      events: this.events,
      heartbeat: this.heartbeat,
      reply: (body) => {
        this.outbox.sendCommand(body);
      },
      failed: (error) => {
        this.fail(error);
      },
      drained: () => {
        if (this.socket.closed) this.finish();
      },
    });
    this.outbox.open(session);
    if (this.canProbe) this.heartbeat.start();
  }
}
