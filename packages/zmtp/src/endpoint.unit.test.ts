import { describe, expect, it } from 'vitest';

import { formatEndpoint, parseEndpoint, socketPath } from './endpoint.ts';
import type { IpcEndpoint } from './endpoint.ts';
import { EndpointError } from './errors.ts';

describe('endpoints', () => {
  it.each([
    ['tcp://127.0.0.1:22916', { transport: 'tcp', host: '127.0.0.1', port: 22916 }],
    ['tcp://platform.example.org:1', { transport: 'tcp', host: 'platform.example.org', port: 1 }],
    ['tcp://[fe80::1]:22916', { transport: 'tcp', host: 'fe80::1', port: 22916 }],
    ['tcp://*:0', { transport: 'tcp', host: '*', port: 0 }],
    ['ipc:///run/vip.socket', { transport: 'ipc', path: '/run/vip.socket', abstract: false }],
    [
      'ipc://@/home/volttron/run/vip.socket',
      { transport: 'ipc', path: '/home/volttron/run/vip.socket', abstract: true },
    ],
  ])('reads and writes %s', (text, endpoint) => {
    expect(parseEndpoint(text)).toEqual(endpoint);
    expect(formatEndpoint(parseEndpoint(text))).toBe(text);
  });

  it('reads * as any port', () => {
    expect(parseEndpoint('tcp://127.0.0.1:*')).toMatchObject({ port: 0 });
  });

  it('names abstract sockets with a leading zero byte', () => {
    expect(socketPath(parseEndpoint('ipc://@vip') as IpcEndpoint)).toBe('\0vip');
  });

  it.each([
    ['inproc://vip', 'neither'],
    ['tcp://host', 'form'],
    ['tcp://host:', 'form'],
    ['tcp://host:70000', '65535'],
    ['tcp://[nonsense]:1', 'IPv6'],
    ['tcp://::1:22916', 'form'],
    ['tcp://host:1/path', 'form'],
    ['ipc://', 'no path'],
    ['ipc://@', 'no path'],
    ['ipc:///a\0b', 'zero byte'],
    [`ipc:///${'x'.repeat(107)}`, 'longer'],
  ])('refuses %s', (text, why) => {
    expect(() => parseEndpoint(text)).toThrow(EndpointError);
    expect(() => parseEndpoint(text)).toThrow(why);
  });
});
