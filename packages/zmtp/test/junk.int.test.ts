import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

import { describe, expect, it } from 'vitest';

import { encodeCommand } from '../src/codec/command.ts';
import { FrameReader, command } from '../src/codec/frame-reader.ts';
import { encodeFrame } from '../src/codec/frame-writer.ts';
import { encodeGreeting, greetingLength } from '../src/codec/greeting.ts';
import { encodeMetadata } from '../src/codec/metadata.ts';
import { crypto } from '../src/crypto/crypto.ts';
import { systemTimers } from '../src/index.ts';
import type { Timers } from '../src/index.ts';
import { CurveClientHandshake } from '../src/mechanism/curve-client.ts';
import { NullHandshake } from '../src/mechanism/null-mechanism.ts';
import { TestDealer, TestRouter, bytes, clientKeys, curveClient, curveServer, nothing, serverKeys } from './sockets.ts';

const perStage = 350;
const inParallel = 50;
const sources = { engine: crypto, random: (length: number) => crypto.randomBytes(length) };
const metadata = encodeMetadata([
  ['Socket-Type', 'DEALER'],
  ['Identity', ''],
  ['X-Multipart', '1'],
]);

/** The same sequence in every run (mulberry32). */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const pick = seeded(37);
const junk = (): Buffer => Buffer.from(Array.from({ length: pick(400) }, () => pick(256)));

/** Changes, cuts, lengthens or doubles. */
function mutate(wire: Buffer): Buffer {
  const copy = Buffer.from(wire);
  const way = pick(5);
  if (way === 0) return copy.subarray(0, pick(copy.length));
  if (way === 1) return Buffer.concat([copy, junk()]);
  if (way === 2) return Buffer.concat([copy, copy]);
  for (let count = pick(4); count >= 0; count--) copy[pick(copy.length)] = pick(256);
  return copy;
}

type Stage = 'bytes' | 'greeting' | 'frames' | 'first command' | 'second command' | 'traffic';
const stages: Stage[] = ['bytes', 'greeting', 'frames', 'first command', 'second command', 'traffic'];

/** What the peer writes at each point, spoiled at its stage. */
class Spoiler {
  private readonly socket: Socket;
  private readonly stage: Stage;
  private readonly reader = new FrameReader(1 << 20);
  private readonly handshake: CurveClientHandshake | NullHandshake;
  private greeting = Buffer.alloc(0);
  private step = 0;

  constructor(socket: Socket, stage: Stage, curve: boolean) {
    this.socket = socket;
    this.stage = stage;
    this.handshake = curve
      ? new CurveClientHandshake({ serverKey: serverKeys.publicKey, ...clientKeys }, metadata, sources)
      : new NullHandshake(metadata);
    socket.on('data', (chunk) => {
      this.receive(chunk);
    });
    const greeting = encodeGreeting(this.handshake.mechanism, false);
    if (stage === 'bytes') this.end(junk());
    else if (stage === 'greeting') this.end(mutate(greeting));
    else socket.write(greeting);
  }

  private end(last: Buffer): void {
    this.socket.end(last);
    this.step = Infinity;
  }

  private send(body: Buffer): void {
    this.step += 1;
    const wire = encodeFrame(command, body);
    const isSpoiled =
      (this.stage === 'first command' && this.step === 1) || (this.stage === 'second command' && this.step === 2);
    if (isSpoiled) this.end(mutate(pick(2) === 0 ? wire : encodeFrame(command, mutate(body))));
    else this.socket.write(wire);
  }

  private receive(chunk: Buffer): void {
    if (this.step === Infinity) return;
    let rest = chunk;
    if (this.greeting.length < greetingLength) {
      const wanted = greetingLength - this.greeting.length;
      this.greeting = Buffer.concat([this.greeting, chunk.subarray(0, wanted)]);
      if (this.greeting.length < greetingLength) return;
      rest = chunk.subarray(wanted);
      if (this.stage === 'frames') {
        this.end(encodeFrame(pick(8), junk()));
        return;
      }
      const first = this.handshake.start();
      if (first) this.send(first);
    }
    this.reader.feed(rest);
    while (this.reader.next()) this.obey(this.reader.body);
  }

  private obey(body: Buffer): void {
    const step = this.handshake.receive(body);
    if (step.type === 'send') this.send(step.command);
    if (step.type === 'ready') this.traffic();
  }

  /** Under NULL there is no second command: what comes after READY is spoiled in its place. */
  private traffic(): void {
    const session = this.handshake.session(pick(2) === 0);
    const frames = bytes('one', 'two', 'x'.repeat(300));
    const room = Buffer.alloc(2 * session.messageLength(frames));
    const out = room.subarray(0, session.writeMessages(room, 0, pick(2) === 0 ? [frames] : [frames, frames]));
    const ping = session.command(encodeCommand(['PING', 'PONG', 'ERROR', 'SUBSCRIBE'][pick(4)]!, junk()));
    this.end([mutate(out), junk(), mutate(ping), Buffer.concat([out, ping])][pick(4)]!);
  }
}

function spoil(endpoint: string, stage: Stage, curve: boolean): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(Number(endpoint.split(':').at(-1)), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve();
    });
    new Spoiler(socket, stage, curve);
  });
}

describe('junk', () => {
  it.each([
    ['NULL', nothing, nothing],
    ['CURVE', curveServer, curveClient],
  ] as const)(
    'at any stage of %s harms nobody, leaks nothing, and a good peer is served',
    async (name, server, client) => {
      await using router = new TestRouter({}, (connection, frames) => {
        connection.send(frames);
      });
      const endpoint = await router.socket.bind('tcp://127.0.0.1:0', { domain: '', mechanism: server });
      await using witness = new TestDealer(endpoint, { identity: 'witness', mechanism: client });
      await witness.connects.count(1);
      const work = stages.flatMap((stage) => Array.from({ length: perStage }, () => stage));
      const lane = async (): Promise<void> => {
        for (let stage = work.pop(); stage; stage = work.pop()) await spoil(endpoint, stage, name === 'CURVE');
      };
      await Promise.all(Array.from({ length: inParallel }, lane));

      const count = (...types: string[]): number =>
        router.events.entries.filter(({ type }) => types.includes(type)).length;
      const accepted = stages.length * perStage + 1;
      expect(count('accepted')).toBe(accepted);
      while (count('handshake-failed', 'disconnected') < accepted - 1)
        await router.events.count(router.events.entries.length + 1);
      expect(count('handler-failed')).toBe(0);
      // The stages are really reached: those of the traffic stage were admitted before they went wrong.
      expect(count('connected')).toBeGreaterThan(perStage);

      await using good = new TestDealer(endpoint, { identity: 'good', mechanism: client });
      await good.connects.count(1);
      for (const dealer of [good, witness]) {
        dealer.socket.send(bytes('hello'));
        await dealer.messages.count(1);
        expect(dealer.disconnects.entries).toEqual([]);
      }
    },
  );
});

describe('a dealer', () => {
  it('outlives a server that answers junk, and comes back to a good one', async () => {
    await using router = new TestRouter();
    const good = await router.socket.bind('tcp://127.0.0.1:0', { domain: '', mechanism: curveServer });
    let number = 0;
    const server = createServer((socket) => {
      number += 1;
      socket.on('error', () => undefined);
      if (number > 100) socket.pipe(connect(Number(good.split(':').at(-1)), '127.0.0.1')).pipe(socket);
      else if (number % 2 === 0) socket.end(junk());
      else socket.end(Buffer.concat([encodeGreeting('CURVE', true), encodeFrame(command, junk())]));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const impatient: Timers = { after: (ms, call) => systemTimers.after(ms > 2000 ? ms : 1, call) };
    await using dealer = new TestDealer(endpoint, { mechanism: curveClient }, { timers: impatient });
    await dealer.connects.count(1);
    expect(dealer.failures.entries.length + dealer.refusals.entries.length).toBe(100);
    expect(dealer.failures.entries).toContain('protocol');
    server.close();
  });
});
