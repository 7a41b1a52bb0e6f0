import { describe, expect, it } from 'vitest';

import { encodeCommand, encodeError } from '../codec/command.ts';
import { command, more } from '../codec/frame-reader.ts';
import { encodeMetadata } from '../codec/metadata.ts';
import { ProtocolError } from '../errors.ts';
import { kind } from './mechanism.ts';
import { NullHandshake } from './null-mechanism.ts';

const metadata = encodeMetadata([['Socket-Type', 'DEALER']]);

describe('a NULL handshake', () => {
  it('lets the listening side decide before it sends its READY', () => {
    const [client, server] = [new NullHandshake(metadata), new NullHandshake()];
    expect(server.start()).toBeUndefined();
    const decision = server.receive(client.start()!);
    expect(decision).toMatchObject({ type: 'authenticate', publicKey: undefined });
    expect(client.receive(server.accept(metadata))).toMatchObject({ type: 'ready' });
  });

  it('tells the client that it is refused', () => {
    expect(new NullHandshake(metadata).receive(encodeError('400'))).toEqual({ type: 'refused', reason: '400' });
  });

  it('refuses other commands and a second READY', () => {
    const server = new NullHandshake();
    expect(() => server.receive(encodeCommand('HELLO'))).toThrow(ProtocolError);
    expect(() => server.receive(encodeError('400'))).toThrow(ProtocolError);
    server.receive(encodeCommand('READY', metadata));
    expect(() => server.receive(encodeCommand('READY', metadata))).toThrow(ProtocolError);
  });

  it('marks commands, frames and last frames', () => {
    const session = new NullHandshake().session();
    const body = Buffer.from('x');
    expect([session.read(command, body), session.read(more, body), session.read(0, body)]).toEqual([
      kind.command,
      kind.frame,
      kind.lastFrame,
    ]);
  });

  it('writes a message of several frames', () => {
    const session = new NullHandshake().session();
    const frames = [Buffer.from('a'), Buffer.alloc(0), Buffer.alloc(256, 'b')];
    const out = Buffer.alloc(session.messageLength(frames));
    expect(session.writeMessages(out, 0, [frames])).toBe(out.length);
    expect(out.toString('hex')).toBe(`010161` + `0100` + `020000000000000100${'62'.repeat(256)}`);
  });
});
