import { expect, it } from 'vitest';
import { InvalidValueError } from './errors.ts';
import { canonicalIdentity, checkIdentity, isIdentity, isReservedIdentity, services } from './identity.ts';

it.each(['a', 'my.agent', 'Forwarder_2-x', '5', '...', '.a', 'x'.repeat(255)])('"%s" is an identity', (text) => {
  expect(isIdentity(text)).toBe(true);
  expect(checkIdentity(text)).toBe(text);
});

it.each(['', '.', '..', 'a b', 'a/b', 'é', 'a\n', 'a\u0000', 'x'.repeat(256)])(
  '"%s" is no identity, and the error says so',
  (text) => {
    expect(isIdentity(text)).toBe(false);
    expect(() => checkIdentity(text)).toThrow(InvalidValueError);
    expect(() => checkIdentity(text)).toThrow(`"${text}" is no VIP identity`);
  },
);

it('reserves the names of the platform’s own services', () => {
  for (const name of Object.values(services)) expect([name, isReservedIdentity(name)]).toEqual([name, true]);
});

it.each([
  'control',
  'control.connection',
  'platform',
  'platform.agent',
  'platform_web',
  'zmq.proxy.router',
  'instance.b.1',
])('reserves %s', (name) => {
  expect(isReservedIdentity(name)).toBe(true);
});

it.each(['controller', 'platforms', 'my.platform', 'config.store2', 'instance', 'my.control', 'keydiscovery.x'])(
  'leaves %s to agents',
  (name) => {
    expect(isReservedIdentity(name)).toBe(false);
  },
);

it('knows a service by its name in newer Python lines too', () => {
  expect(canonicalIdentity('platform.control')).toBe(services.control);
  expect(canonicalIdentity('platform.config_store')).toBe(services.configStore);
  expect(canonicalIdentity('listener')).toBe('listener');
  expect(canonicalIdentity('toString')).toBe('toString');
});
