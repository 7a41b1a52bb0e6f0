import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endpointOf, knownHostsName, parseAddress } from './address.ts';
import { InvalidValueError } from './errors.ts';

const key = 'JfdNmLFc30U0ybtMX1QX_nsICbGgusGIgDyoAkvEn1o';
const z85 = encodeURIComponent('chgc3V0ufPg%9v6uSm<vDK6}.PT}%}Fio+iot)Da');

describe('an address', () => {
  it.each([
    ['tcp://127.0.0.1:22916', 'tcp', '127.0.0.1:22916'],
    ['127.0.0.1:22916', 'tcp', '127.0.0.1:22916'],
    ['TCP://campus:22916', 'tcp', 'campus:22916'],
    ['tcp://*:22916', 'tcp', '*:22916'],
    ['tcp://127.0.0.1:*', 'tcp', '127.0.0.1:*'],
    ['tcp://[::1]:22916', 'tcp', '[::1]:22916'],
    ['tcp://[fe80::1%eth0]:65535', 'tcp', '[fe80::1%eth0]:65535'],
    ['ipc:///home/v/run/vip.socket', 'ipc', '/home/v/run/vip.socket'],
    ['ipc://@/home/v/run/vip.socket', 'ipc', '@/home/v/run/vip.socket'],
    ['inproc://vip', 'inproc', 'vip'],
    ['  tcp://a:1\n', 'tcp', 'a:1'],
  ])('%s has scheme and endpoint', (text, scheme, endpoint) => {
    expect(parseAddress(text)).toEqual({ scheme, endpoint });
    expect(endpointOf(parseAddress(text))).toBe(`${scheme}://${endpoint}`);
  });

  it('carries parameters with names in any case, and ignores unknown ones', () => {
    const text = `tcp://a:1?ServerKey=${key}&publickey=${z85}&SECRETKEY=${key}%3D&Server=curve&domain=lab+one&ipv6=1&x=y&&`;
    expect(parseAddress(text)).toEqual({
      scheme: 'tcp',
      endpoint: 'a:1',
      serverkey: key,
      publickey: key,
      secretkey: key,
      server: 'CURVE',
      domain: 'lab one',
      ipv6: true,
    });
  });

  it.each([
    ['', false],
    ['0', false],
    ['false', false],
    ['No', false],
    ['OFF', false],
    ['1', true],
    ['yes', true],
  ])('reads ipv6=%s as %s', (value, ipv6) => {
    expect(parseAddress(`tcp://a:1?ipv6=${value}`).ipv6).toBe(ipv6);
  });

  it('has its routing id in the fragment; a bare # has none', () => {
    expect(parseAddress('tcp://a:1?ipv6=1#my.agent').identity).toBe('my.agent');
    expect(parseAddress('tcp://a:1#my%20agent').identity).toBe('my agent');
    expect(parseAddress('tcp://a:1#')).toEqual({ scheme: 'tcp', endpoint: 'a:1' });
  });

  it.each([
    ['another scheme', 'amqp://a:1', 'amqp'],
    ['nothing', '', 'nothing stands'],
    ['a scheme alone', 'ipc://', 'nothing stands'],
    ['no port', 'tcp://campus', 'a host and a port'],
    ['no host', 'tcp://:22916', 'a host and a port'],
    ['a port beyond 65535', 'tcp://a:70000', 'no port 70000'],
    ['a path behind the port', 'tcp://a:1/x', 'a host and a port'],
    ['an unbracketed IPv6 address', 'tcp://::1:22916', 'a host and a port'],
    ['an unknown mechanism', 'tcp://a:1?server=GSSAPI', 'GSSAPI'],
    ['a broken percent escape', 'tcp://a:1?domain=%zz', 'percent'],
    ['a broken percent escape in the fragment', 'tcp://a:1#%', 'percent'],
    ['a broken key', 'tcp://a:1?serverkey=abc', '3 characters'],
  ])('with %s is refused by name', (_what, text, why) => {
    expect(() => parseAddress(text)).toThrow(InvalidValueError);
    expect(() => parseAddress(text)).toThrow(why);
  });

  it.each(['secretkey', 'SecretKey', 'password'])('never shows its %s in an error', (name) => {
    for (const end of ['', '&server=x', '#%', `&${name}=hush2`]) {
      try {
        parseAddress(`udp://a:1?x=y&${name}=hush${end}`);
        expect.unreachable();
      } catch (error) {
        const { message, value } = error as InvalidValueError;
        expect(`${message} ${String(value)}`).not.toContain('hush');
        expect(message).toContain(`${name}=***`);
      }
    }
  });

  it('of any text is read or refused, never anything else', () => {
    const part = fc.constantFrom(
      'tcp://',
      'ipc://',
      'a:1',
      '?',
      '&',
      '=',
      '#',
      '%',
      'secretkey',
      'ipv6',
      '@',
      '[::1]',
      key,
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(part, fc.string({ maxLength: 3 }))), (parts) => {
        try {
          parseAddress(parts.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidValueError);
        }
      }),
    );
  });
});

it.each([
  ['tcp://1.2.3.4:22916?serverkey=' + key, '1.2.3.4:22916'],
  ['ipc:///home/v/run/vip.socket', '/home/v/run/vip.socket'],
  ['ipc://@/home/v/run/vip.socket', '@'],
])('known hosts hold %s as %s', (text, name) => {
  expect(knownHostsName(parseAddress(text))).toBe(name);
});
