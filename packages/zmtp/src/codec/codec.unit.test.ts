import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ProtocolError } from '../errors.ts';
import { decodeCommand, decodeError, decodePing, encodeCommand, encodeError, encodePing } from './command.ts';
import { checkGreetingStart, decodeGreeting, encodeGreeting } from './greeting.ts';
import { decodeMetadata, encodeMetadata } from './metadata.ts';

const survives = (decode: (bytes: Buffer) => unknown): void => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      try {
        decode(Buffer.from(bytes));
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError);
      }
    }),
    { numRuns: 2000 },
  );
};

describe('greetings', () => {
  it('are the 64 bytes of the specification', () => {
    const greeting = encodeGreeting('CURVE', true);
    expect(greeting.toString('hex')).toBe(
      `ff00000000000000007f0301${Buffer.from('CURVE').toString('hex').padEnd(40, '0')}01${'00'.repeat(31)}`,
    );
    expect(decodeGreeting(greeting)).toEqual({ major: 3, minor: 1, mechanism: 'CURVE', asServer: true });
  });

  it('are accepted with the padding of ZMTP 2 probes and from version 3.0', () => {
    const greeting = encodeGreeting('NULL', false);
    greeting.fill(1, 1, 9);
    greeting[11] = 0;
    expect(decodeGreeting(greeting)).toMatchObject({ major: 3, minor: 0, mechanism: 'NULL' });
  });

  it('are refused at their first wrong byte', () => {
    expect(() => {
      checkGreetingStart(Buffer.from('GET / HTTP/1.1'));
    }).toThrow(ProtocolError);
    expect(() => {
      checkGreetingStart(Buffer.from('ff00000000000000007e', 'hex'));
    }).toThrow(ProtocolError);
    expect(() => {
      checkGreetingStart(Buffer.from('ff00000000000000007f01', 'hex'));
    }).toThrow('ZMTP 1');
  });

  it('are refused when the mechanism is not a name', () => {
    for (const name of ['', 'null', 'NULL\0X', 'NU LL']) {
      expect(() => decodeGreeting(encodeGreeting(name, false))).toThrow(ProtocolError);
    }
  });

  it('never fail otherwise', () => {
    survives((bytes) => decodeGreeting(Buffer.concat([encodeGreeting('NULL', false).subarray(0, 12), bytes], 64)));
  });
});

describe('metadata', () => {
  it('reads back what it wrote, names without regard to case', () => {
    const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9.-]{0,20}$/);
    const property = fc.tuple(name, fc.uint8Array({ maxLength: 300 }));
    const properties = fc.uniqueArray(property, { selector: ([key]) => key.toLowerCase(), maxLength: 6 });
    fc.assert(
      fc.property(properties, (list) => {
        const read = [...decodeMetadata(encodeMetadata(list))].map(([key, value]) => [key, [...value]]);
        expect(read).toEqual(list.map(([key, value]) => [key.toLowerCase(), [...value]]));
      }),
    );
  });

  it('is refused when it is cut', () => {
    const bytes = encodeMetadata([['Identity', 'alice']]);
    for (let length = 1; length < bytes.length; length++) {
      expect(() => decodeMetadata(bytes.subarray(0, length))).toThrow(ProtocolError);
    }
  });

  it('is refused when a name comes twice, is empty or malformed', () => {
    expect(() =>
      decodeMetadata(
        encodeMetadata([
          ['Identity', 'a'],
          ['identity', 'b'],
        ]),
      ),
    ).toThrow('twice');
    expect(() => decodeMetadata(encodeMetadata([['', 'a']]))).toThrow(ProtocolError);
    expect(() => decodeMetadata(encodeMetadata([['a b', 'a']]))).toThrow(ProtocolError);
  });

  it('never fails otherwise', () => {
    survives(decodeMetadata);
  });
});

describe('commands', () => {
  it('have a name and data', () => {
    expect(encodeCommand('READY', Buffer.of(9)).toString('hex')).toBe('05524541445909');
    expect(decodeCommand(Buffer.from('05524541445909', 'hex'))).toEqual({ name: 'READY', data: Buffer.of(9) });
  });

  it('carry the TTL in tenths of a second and the context of a PING', () => {
    const { name, data } = decodeCommand(encodePing(300, Buffer.from('ctx')));
    expect(name).toBe('PING');
    expect(decodePing(data)).toEqual({ ttlDeciseconds: 300, context: Buffer.from('ctx') });
    expect(decodePing(decodeCommand(encodePing(1e9, Buffer.alloc(0))).data).ttlDeciseconds).toBe(65_535);
    expect(() => decodePing(Buffer.alloc(19))).toThrow(ProtocolError);
  });

  it('carry the reason of an ERROR', () => {
    expect(encodeError('400').toString('hex')).toBe('054552524f5203343030');
    expect(decodeError(decodeCommand(encodeError('400')).data)).toBe('400');
    expect(decodeError(decodeCommand(encodeError('x'.repeat(400))).data)).toHaveLength(255);
  });

  it('never fail otherwise', () => {
    survives((bytes) => decodePing(decodeCommand(bytes).data));
    survives((bytes) => decodeError(decodeCommand(bytes).data));
  });
});
