import { Writable } from 'node:stream';
import type { Socket } from 'node:net';

import { describe, expect, it } from 'vitest';

import { NullHandshake } from './mechanism/null-mechanism.ts';
import { Outbox } from './outbox.ts';

/** A socket whose system takes nothing until told. */
function stuckSocket() {
  const held: (() => void)[] = [];
  const written: string[] = [];
  const stream = new Writable({
    highWaterMark: 1 << 20,
    write: (chunk: Buffer, _encoding, done) => {
      written.push(chunk.toString('latin1'));
      held.push(done);
    },
  });
  return { socket: stream as unknown as Socket, written, take: () => held.shift()?.() };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const frames = (text: string): Buffer[] => [Buffer.from(text)];

function opened(marks = { sendMessages: 4, sendBytes: 1000 }) {
  const stuck = stuckSocket();
  const failures: unknown[] = [];
  const outbox = new Outbox(stuck.socket, marks, (error) => failures.push(error));
  outbox.open(new NullHandshake().session());
  return { ...stuck, outbox, failures };
}

describe('a send queue', () => {
  it('writes what is sent in one turn at once', async () => {
    const { outbox, written } = opened();
    outbox.send(frames('a'));
    outbox.send(frames('b'));
    await turn();
    expect(written).toEqual(['\0\x01a\0\x01b']);
  });

  it('counts messages until the system has taken them', async () => {
    const { outbox, take } = opened();
    expect([1, 2, 3, 4, 5].map(() => outbox.send(frames('x')))).toEqual(['sent', 'sent', 'sent', 'sent', 'full']);
    await turn();
    expect(outbox.send(frames('x'))).toBe('full');
    take();
    await turn();
    expect(outbox.send(frames('x'))).toBe('sent');
  });

  it('holds few PONGs for a peer that does not read them', async () => {
    const { outbox, written, take } = opened();
    outbox.send(frames('first'));
    await turn();
    for (let index = 0; index < 1000; index++) outbox.sendCommand(Buffer.from('\x04PONG'));
    for (let index = 0; index < 100; index++) {
      take();
      await turn();
    }
    expect(written.join('').split('PONG').length - 1).toBe(16);
  });

  it('calls back when it is empty, and takes nothing after the end', async () => {
    const { outbox, take } = opened();
    outbox.send(frames('last'));
    let done = false;
    outbox.end(() => (done = true));
    expect(outbox.send(frames('late'))).toBe('closed');
    await turn();
    expect(done).toBe(false);
    take();
    await turn();
    expect(done).toBe(true);
  });

  it('wakes those who wait when it closes', async () => {
    const { outbox } = opened();
    for (let index = 0; index < 4; index++) outbox.send(frames('x'));
    const waiting = outbox.writable();
    outbox.close();
    await waiting;
    expect(outbox.send(frames('x'))).toBe('closed');
  });
});
