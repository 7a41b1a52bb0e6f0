import { describe, expect, it } from 'vitest';
import { decodeText, encodeText } from '@volttron-ts/vip-core';
import { decodeAmqp, encodeAmqp } from './amqp-message.ts';

const request = '{"jsonrpc":"2.0","method":"count","params":[3],"id":"17.4021"}';
const rpc = {
  sender: 'central.ui',
  recipient: 'central.historian1',
  user: 'central.ui',
  id: '17.4021',
  subsystem: 'RPC',
  args: [encodeText(request)],
};

describe('VIP messages as AMQP', () => {
  it('writes a request as VOLTTRON does (reference/rmq-web-csr.md §1.5)', () => {
    const { routingKey, properties, content } = encodeAmqp(rpc, 'central.ui');
    expect(routingKey).toBe('central.historian1');
    expect(properties).toEqual({
      appId: 'central.ui',
      type: 'RPC',
      messageId: '17.4021',
      contentType: 'application/json',
      userId: 'central.ui',
      headers: { recipient: 'central.historian1', proto: 'VIP', user: 'central.ui' },
    });
    expect(content.toString()).toBe(JSON.stringify([request]));
  });

  it('reads what it wrote, bytes that are no text too', () => {
    for (const args of [[], [encodeText('é中🙂'), new Uint8Array()], [Uint8Array.of(0xff, 0, 0x80), encodeText('a')]]) {
      const { routingKey, properties, content } = encodeAmqp({ ...rpc, args }, 'central.ui');
      const read = decodeAmqp(routingKey, properties, content);
      expect({ ...read, args: read.args.map((arg) => [...arg]) }).toEqual({
        ...rpc,
        args: args.map((arg) => [...arg]),
        verified: 'central.ui',
      });
    }
  });

  it('reads a message of Python, whose arguments may be numbers or nothing, and which says nothing of its user', () => {
    const properties = { appId: 'central.router', type: 'error', messageId: '1', headers: { proto: 'VIP' } };
    const read = decodeAmqp('central.ui', properties, Buffer.from('[113, "No route to host", null, {"a": NaN}]'));
    expect(read.args.map(decodeText)).toEqual(['113', 'No route to host', '', '{"a":null}']);
    expect(read).toMatchObject({ verified: undefined, user: '' });
  });

  it('refuses what is no VIP message, with what is wrong', () => {
    const properties = { appId: 'central.ui', type: 'RPC' };
    expect(() => decodeAmqp('x', { type: 'RPC' }, Buffer.from('[]'))).toThrow(/names its sender/);
    expect(() => decodeAmqp('x', { appId: 'central.ui' }, Buffer.from('[]'))).toThrow(/names its subsystem/);
    expect(() => decodeAmqp('x', properties, Buffer.from('{}'))).toThrow(/JSON array/);
    expect(() => decodeAmqp('x', properties, Buffer.from('['))).toThrow();
    const frames = { ...properties, contentType: 'application/x-vip-frames' };
    expect(() => decodeAmqp('x', frames, Buffer.from([0, 0, 0, 9, 1]))).toThrow(/ends within an argument/);
  });
});
