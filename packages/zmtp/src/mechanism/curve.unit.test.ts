import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { encodeCommand, encodeError } from '../codec/command.ts';
import { decodeMetadata, encodeMetadata } from '../codec/metadata.ts';
import { crypto } from '../crypto/crypto.ts';
import { CryptoError, ProtocolError } from '../errors.ts';
import { generateKeyPair } from '../key-pair.ts';
import { CurveClientHandshake } from './curve-client.ts';
import { CurveServerHandshake } from './curve-server.ts';
import { kind } from './mechanism.ts';
import type { HandshakeStep, Session } from './mechanism.ts';
import { framesLength } from './null-mechanism.ts';

const sources = { engine: crypto, random: (length: number) => crypto.randomBytes(length) };
const server = generateKeyPair();
const client = generateKeyPair();
const metadata = encodeMetadata([
  ['Socket-Type', 'DEALER'],
  ['Identity', 'alice'],
]);
const reply = encodeMetadata([['Socket-Type', 'ROUTER']]);

const newServer = (): CurveServerHandshake => new CurveServerHandshake(server, sources);
const newClient = (serverKey = server.publicKey): CurveClientHandshake =>
  new CurveClientHandshake({ serverKey, ...client }, metadata, sources);

const sent = (step: HandshakeStep): Buffer => {
  if (step.type !== 'send') throw new Error(`a ${step.type} step`);
  return step.command;
};

/** Both sides after READY, and every command on the way. */
function connected(packing = false) {
  const [c, s] = [newClient(), newServer()];
  const hello = c.start();
  const welcome = sent(s.receive(hello));
  const initiate = sent(c.receive(welcome));
  const authenticate = s.receive(initiate);
  const ready = s.accept(reply);
  const end = c.receive(ready);
  const sessions = { client: c.session(packing), server: s.session(packing) };
  return { hello, welcome, initiate, ready, authenticate, end, ...sessions };
}

function wireBody(session: Session, ...messages: Buffer[][]): Buffer[] {
  const room = Buffer.alloc(messages.reduce((sum, frames) => sum + session.messageLength(frames), 0));
  const out = room.subarray(0, session.writeMessages(room, 0, messages));
  expect(room.length - out.length).toBeLessThan(50 * messages.length);
  const bodies: Buffer[] = [];
  for (let offset = 0; offset < out.length;) {
    const long = (out[offset]! & 2) !== 0;
    const start = offset + (long ? 9 : 2);
    const length = long ? Number(out.readBigUInt64BE(offset + 1)) : out[offset + 1]!;
    bodies.push(out.subarray(start, start + length));
    offset = start + length;
  }
  return bodies;
}

/** Every one-bit change of some positions of a command. */
function* changes(command: Buffer): Generator<Buffer> {
  for (let index = 0; index < command.length; index++) {
    const changed = Buffer.from(command);
    changed[index]! ^= 1 << (index % 8);
    yield changed;
  }
}

const refusal = (call: () => unknown): unknown => {
  try {
    return call();
  } catch (error) {
    if (error instanceof CryptoError || error instanceof ProtocolError) return 'refused';
    throw error;
  }
};

describe('a CURVE handshake', () => {
  it('has commands of the lengths of RFC 26', () => {
    const { hello, welcome, initiate, ready } = connected();
    expect([hello.length, welcome.length]).toEqual([200, 168]);
    expect(initiate.length).toBe(257 + metadata.length);
    expect(ready.length).toBe(30 + reply.length);
  });

  it('gives the server the verified key and the metadata, and the client those of the server', () => {
    const { authenticate, end } = connected();
    expect(authenticate).toEqual({
      type: 'authenticate',
      publicKey: client.publicKey,
      metadata: decodeMetadata(metadata),
    });
    expect(end).toEqual({ type: 'ready', metadata: decodeMetadata(reply) });
  });

  it('fails at HELLO when the client has the wrong server key', () => {
    expect(() => newServer().receive(newClient(generateKeyPair().publicKey).start())).toThrow(CryptoError);
  });

  it('fails when the client does not own the key it shows', () => {
    const keys = { serverKey: server.publicKey, publicKey: generateKeyPair().publicKey, secretKey: client.secretKey };
    const c = new CurveClientHandshake(keys, metadata, sources);
    const s = newServer();
    const initiate = sent(c.receive(sent(s.receive(c.start()))));
    expect(() => s.receive(initiate)).toThrow(CryptoError);
  });

  it('fails when the vouch names another server', () => {
    const other = generateKeyPair();
    const mixed = { publicKey: other.publicKey, secretKey: server.secretKey };
    const s = new CurveServerHandshake(mixed, sources);
    const c = newClient();
    const initiate = sent(c.receive(sent(s.receive(c.start()))));
    expect(() => s.receive(initiate)).toThrow('vouch');
  });

  it('refuses every changed HELLO, outside its unused padding', () => {
    const hello = newClient().start();
    for (const [index, changed] of [...changes(hello)].entries()) {
      const padding = index >= 8 && index < 80;
      const isTopBitOfKey = index === 111;
      if (!padding && !isTopBitOfKey) expect(refusal(() => newServer().receive(changed))).toBe('refused');
    }
  });

  it('refuses every changed WELCOME', () => {
    const c = newClient();
    for (const changed of changes(sent(newServer().receive(c.start())))) {
      expect(refusal(() => c.receive(changed))).toBe('refused');
    }
  });

  it('refuses every changed INITIATE', () => {
    const [c, s] = [newClient(), newServer()];
    for (const changed of changes(sent(c.receive(sent(s.receive(c.start())))))) {
      expect(refusal(() => s.receive(changed))).toBe('refused');
    }
  });

  it('refuses every changed READY', () => {
    const [c, s] = [newClient(), newServer()];
    s.receive(sent(c.receive(sent(s.receive(c.start())))));
    const ready = s.accept(reply);
    for (const changed of changes(ready)) expect(refusal(() => c.receive(changed))).toBe('refused');
  });

  it('refuses the INITIATE of another connection', () => {
    const { initiate } = connected();
    const s = newServer();
    s.receive(newClient().start());
    expect(() => s.receive(initiate)).toThrow(CryptoError);
  });

  it('refuses commands out of order, twice, or unknown', () => {
    const { hello, initiate, welcome, ready } = connected();
    expect(() => newServer().receive(initiate)).toThrow(ProtocolError);
    const s = newServer();
    s.receive(hello);
    expect(() => s.receive(hello)).toThrow(ProtocolError);
    const c = newClient();
    c.start();
    expect(() => c.receive(ready)).toThrow(ProtocolError);
    expect(() => newServer().receive(welcome)).toThrow(ProtocolError);
    expect(() => newServer().receive(encodeCommand('NOTHING'))).toThrow(ProtocolError);
    expect(() => newServer().session(false)).toThrow(ProtocolError);
    expect(() => newServer().accept(reply)).toThrow(ProtocolError);
  });

  it('tells the client that it is refused, and why', () => {
    const [c, s] = [newClient(), newServer()];
    c.receive(sent(s.receive(c.start())));
    expect(c.receive(encodeError('400'))).toEqual({ type: 'refused', reason: '400' });
  });

  it('survives any bytes at each stage', () => {
    const any = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
    const named = fc
      .tuple(fc.constantFrom('HELLO', 'INITIATE', 'WELCOME', 'READY', 'ERROR'), any)
      .map(([name, data]) => encodeCommand(name, data));
    const { hello } = connected();
    fc.assert(
      fc.property(fc.oneof(any, named), fc.boolean(), (bytes, late) => {
        const s = newServer();
        if (late) s.receive(hello);
        expect(refusal(() => s.receive(bytes))).toBe('refused');
      }),
      { numRuns: 300 },
    );
  });
});

describe('a CURVE session', () => {
  const frames = ['', 'VIP1', 'x'.repeat(300), 'end'].map((frame) => Buffer.from(frame));

  it('carries frames both ways, the last one marked', () => {
    const sides = connected();
    for (const [from, to] of [
      [sides.client, sides.server],
      [sides.server, sides.client],
    ] as const) {
      const found = wireBody(from, frames).map((body) => [to.read(0, body), to.body.toString()]);
      expect(found).toEqual(
        frames.map((frame, index) => [index === 3 ? kind.lastFrame : kind.frame, frame.toString()]),
      );
    }
  });

  it('carries a whole message in one box between peers that agreed', () => {
    const { client: from, server: to } = connected(true);
    const [body, ...others] = wireBody(from, frames);
    expect(others).toEqual([]);
    expect(to.read(0, body!)).toBe(kind.packed);
  });

  it('carries several messages in one box between such peers', () => {
    const { client: from, server: to } = connected(true);
    const [body, ...others] = wireBody(from, frames, [Buffer.from('one')], frames);
    expect(others).toEqual([]);
    expect(to.read(0, body!)).toBe(kind.packed);
    expect(to.body.length).toBe(2 * framesLength(frames) + framesLength([Buffer.from('one')]));
  });

  it('refuses such a box from a peer that did not', () => {
    const [c, s] = [newClient(), newServer()];
    s.receive(sent(c.receive(sent(s.receive(c.start())))));
    c.receive(s.accept(reply));
    const [body] = wireBody(c.session(true), frames);
    expect(() => s.session(false).read(0, body!)).toThrow(ProtocolError);
  });

  it('carries commands encrypted', () => {
    const { client: from, server: to } = connected();
    const wire = from.command(Buffer.from('\x04PING'));
    expect(wire.includes('PING')).toBe(false);
    expect(to.read(0, wire.subarray(2))).toBe(kind.command);
    expect(to.body.toString()).toBe('\x04PING');
  });

  it('refuses a replayed and a reordered message', () => {
    const { client: from, server: to } = connected();
    const [first, second, third] = [1, 2, 3].map(() => wireBody(from, [Buffer.from('m')])[0]!);
    const copy = Buffer.from(second!);
    expect(to.read(0, second!)).toBe(kind.lastFrame);
    expect(() => to.read(0, copy)).toThrow('nonce');
    expect(() => to.read(0, first!)).toThrow('nonce');
    expect(to.read(0, third!)).toBe(kind.lastFrame);
  });

  it('refuses a message reflected to its sender', () => {
    const { client: from } = connected();
    const [body] = wireBody(from, [Buffer.from('m')]);
    body!.writeUInt32BE(99, 12);
    expect(() => from.read(0, body!)).toThrow(CryptoError);
  });

  it('refuses every changed message', () => {
    const { client: from, server: to } = connected();
    const [body] = wireBody(from, [Buffer.from('hello')]);
    for (const changed of changes(body!)) expect(refusal(() => to.read(0, changed))).toBe('refused');
  });

  it('counts INITIATE and READY among the nonces', () => {
    const sides = connected();
    expect(sides.hello.readUInt32BE(116)).toBe(1);
    expect(sides.initiate.readUInt32BE(9 + 96 + 4)).toBe(2);
    expect(wireBody(sides.client, [Buffer.from('m')])[0]!.readUInt32BE(12)).toBe(3);
    expect(sides.ready.readUInt32BE(10)).toBe(1);
    expect(wireBody(sides.server, [Buffer.from('m')])[0]!.readUInt32BE(12)).toBe(2);
  });

  it('forgets its key at the end', () => {
    const { client: from, server: to } = connected();
    to.destroy();
    const [body] = wireBody(from, [Buffer.from('m')]);
    expect(() => to.read(0, body!)).toThrow(CryptoError);
  });
});
