import { connect } from 'node:net';
import type { Socket } from 'node:net';

import { encodeCommand } from '../src/codec/command.ts';
import { command } from '../src/codec/frame-reader.ts';
import { encodeFrame } from '../src/codec/frame-writer.ts';
import { encodeGreeting } from '../src/codec/greeting.ts';
import { encodeMetadata } from '../src/codec/metadata.ts';

/** A NULL peer that writes what a test tells it. */
export class RawPeer {
  readonly socket: Socket;
  private received = Buffer.alloc(0);
  private watchers: (() => void)[] = [];
  private ended = false;

  constructor(endpoint: string) {
    const [host, port] = endpoint.slice('tcp://'.length).split(':');
    this.socket = connect(Number(port), host);
    this.socket.on('error', () => undefined);
    this.socket.on('data', (chunk) => {
      this.received = Buffer.concat([this.received, chunk]);
      this.wake();
    });
    this.socket.on('close', () => {
      this.ended = true;
      this.wake();
    });
  }

  /** Greeting and READY, as libzmq sends them: without our own properties. */
  static dealer(endpoint: string, identity: string, minor = 1): RawPeer {
    const peer = new RawPeer(endpoint);
    const greeting = encodeGreeting('NULL', false);
    greeting[11] = minor;
    peer.socket.write(greeting);
    peer.command(
      'READY',
      encodeMetadata([
        ['Socket-Type', 'DEALER'],
        ['Identity', identity],
      ]),
    );
    return peer;
  }

  command(name: string, data: Buffer = Buffer.alloc(0)): void {
    this.socket.write(encodeFrame(command, encodeCommand(name, data)));
  }

  /** Settles when the bytes received so far hold the text. */
  async sees(text: string): Promise<void> {
    while (!this.received.includes(text)) {
      if (this.ended) throw new Error(`closed before "${text}" came`);
      await this.changed();
    }
  }

  async closed(): Promise<string> {
    while (!this.ended) await this.changed();
    return this.received.toString('latin1');
  }

  get isOpen(): boolean {
    return !this.ended;
  }

  private wake(): void {
    for (const watch of this.watchers.splice(0)) watch();
  }

  private changed(): Promise<void> {
    return new Promise((resolve) => this.watchers.push(resolve));
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}
