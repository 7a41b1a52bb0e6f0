import type { Socket } from 'node:net';

import { decodeCommand, decodePing, encodePong } from './codec/command.ts';
import { FrameReader, command, more } from './codec/frame-reader.ts';
import { ProtocolError } from './errors.ts';
import type { Heartbeat } from './heartbeat.ts';
import { kind } from './mechanism/mechanism.ts';
import type { Session } from './mechanism/mechanism.ts';
import type { Settings } from './options.ts';

const nothing = Buffer.alloc(0);

interface TrafficOwner {
  readonly socket: Socket;
  readonly events: { message(frames: Buffer[]): void | Promise<void>; handlerFailed(cause: unknown): void };
  readonly heartbeat: Heartbeat;
  reply(command: Buffer): void;
  failed(error: unknown): void;
  /** All that was received has been delivered. */
  drained(): void;
}

/** Reads messages and commands after the handshake, and stops reading while the owner's handler is at work. */
export class Traffic {
  /** While a handler's promise is pending. */
  paused = false;
  private readonly reader: FrameReader;
  private readonly session: Session;
  private readonly settings: Settings;
  private readonly owner: TrafficOwner;
  /** The messages of the last packed body. */
  private readonly packed = new FrameReader(0);
  private discarding = false;
  private parts: Buffer[] = [];
  private partsLength = 0;
  /** A chunk that came while paused; then the socket is paused too, so there is at most one. */
  private backlog: Buffer | undefined;

  constructor(reader: FrameReader, session: Session, settings: Settings, owner: TrafficOwner) {
    this.reader = reader;
    this.session = session;
    this.settings = settings;
    this.owner = owner;
  }

  feed(chunk: Buffer): void {
    if (this.discarding) return;
    if (this.paused) {
      this.owner.socket.pause();
      this.backlog = this.backlog ? Buffer.concat([this.backlog, chunk]) : chunk;
      return;
    }
    this.reader.feed(chunk);
    this.resume();
  }

  /** Whether delivery of what was received is still under way. */
  get unread(): boolean {
    return this.paused && !this.discarding;
  }

  /** Delivers what the reader holds, until it is empty or a handler asks for a pause. */
  resume(): void {
    for (;;) {
      while (!this.stopped() && this.next());
      if (this.stopped() || !this.backlog) return;
      this.reader.feed(this.backlog);
      this.backlog = undefined;
      this.owner.socket.resume();
    }
  }

  /** Takes one message or frame; false when no whole one is here. */
  private next(): boolean {
    if (this.packed.pending) this.unpack();
    else if (this.reader.next()) this.take(this.session.read(this.reader.flags, this.reader.body));
    else return false;
    return true;
  }

  /** Delivers nothing more. */
  discard(): void {
    this.discarding = true;
    this.packed.feed(nothing);
    this.backlog = undefined;
    this.parts = [];
  }

  destroy(): void {
    this.discard();
    this.session.destroy();
  }

  private stopped(): boolean {
    return this.paused || this.discarding;
  }

  private take(found: number): void {
    if (found === kind.command) {
      this.obey(this.session.body);
      return;
    }
    if (found === kind.packed) {
      this.open(this.session.body);
      return;
    }
    this.add(this.session.body);
    if (found === kind.lastFrame) this.deliver();
  }

  private add(frame: Buffer): void {
    this.partsLength += frame.length;
    if (this.parts.push(frame) > this.settings.maxFrames) {
      throw new ProtocolError(`a message has more than ${this.settings.maxFrames} frames`);
    }
    if (this.partsLength > this.settings.maxMessageBytes) {
      throw new ProtocolError(`a message is above the limit of ${this.settings.maxMessageBytes} bytes`);
    }
  }

  private open(body: Buffer): void {
    if (this.parts.length > 0) throw new ProtocolError('a whole message comes amid another');
    if (body.length === 0) throw new ProtocolError('a whole message is cut');
    this.packed.limit = body.length;
    this.packed.feed(body);
  }

  /** Delivers the next message of a packed body. */
  private unpack(): void {
    const { packed } = this;
    let flags = more;
    while ((flags & more) !== 0) {
      if (!packed.next()) throw new ProtocolError('a whole message is cut');
      flags = packed.flags;
      if ((flags & command) !== 0) throw new ProtocolError('a command comes inside a message');
      this.add(packed.body);
    }
    if (!packed.pending) packed.feed(nothing);
    this.deliver();
  }

  private deliver(): void {
    const frames = this.parts;
    this.parts = [];
    this.partsLength = 0;
    try {
      const work = this.owner.events.message(frames);
      if (work instanceof Promise) this.await(work);
    } catch (error) {
      this.owner.events.handlerFailed(error);
    }
  }

  private await(work: Promise<void>): void {
    this.paused = true;
    const go = (): void => {
      this.paused = false;
      this.owner.heartbeat.received();
      try {
        this.resume();
      } catch (error) {
        this.owner.failed(error);
      }
      if (!this.stopped()) this.owner.drained();
    };
    work.then(go, (error: unknown) => {
      this.owner.events.handlerFailed(error);
      go();
    });
  }

  private obey(body: Buffer): void {
    const { name, data } = decodeCommand(body);
    const { heartbeat } = this.owner;
    if (name === 'PING') {
      const { ttlDeciseconds, context } = decodePing(data);
      heartbeat.promised(ttlDeciseconds * 100);
      this.owner.reply(encodePong(context));
    } else if (name === 'PONG') {
      heartbeat.pong(data);
    } else if (name === 'ERROR') {
      throw new ProtocolError('it reports an ERROR');
    }
  }
}
