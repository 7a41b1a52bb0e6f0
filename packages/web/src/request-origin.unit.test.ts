import { describe, expect, it } from 'vitest';
import { cookieOf, foreignOrigin, isJsonType, isLocalRequest } from './request-origin.ts';

const host = 'central:8443';

describe('foreignOrigin', () => {
  it('lets our own pages and programs pass', () => {
    expect(foreignOrigin({ host, origin: 'https://central:8443', 'sec-fetch-site': 'same-origin' })).toBeUndefined();
    expect(foreignOrigin({ host })).toBeUndefined();
  });

  it.each([
    { host, origin: 'https://evil.example' },
    { host, origin: 'http://central:8443' },
    { host, origin: 'https://central:8444' },
    { host, origin: 'null' },
    { origin: 'https://undefined' },
    { host, 'sec-fetch-site': 'cross-site' },
    { host, 'sec-fetch-site': 'same-site' },
    { host, origin: 'https://central:8443', 'sec-fetch-site': 'cross-site' },
  ])('finds %j foreign', (headers) => {
    expect(foreignOrigin(headers)).toBeDefined();
  });
});

describe('isLocalRequest', () => {
  it('knows the loopback addresses', () => {
    for (const address of ['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1']) {
      expect(isLocalRequest(address, {})).toBe(true);
    }
    for (const address of ['192.0.2.1', '::ffff:192.0.2.1', 'fe80::1', '127.0.0.1.example', undefined]) {
      expect(isLocalRequest(address, {})).toBe(false);
    }
  });

  it('does not take a proxy on this machine for the client', () => {
    expect(isLocalRequest('127.0.0.1', { 'x-forwarded-for': '192.0.2.1' })).toBe(false);
    expect(isLocalRequest('127.0.0.1', { forwarded: 'for=192.0.2.1' })).toBe(false);
    expect(isLocalRequest('127.0.0.1', { via: '1.1 proxy' })).toBe(false);
  });
});

describe('cookieOf', () => {
  it('finds one cookie among others', () => {
    expect(cookieOf('a=1; __Host-s=x=y ; b=2', '__Host-s')).toBe('x=y');
    expect(cookieOf('xa=1', 'a')).toBeUndefined();
    expect(cookieOf(undefined, 'a')).toBeUndefined();
  });
});

describe('isJsonType', () => {
  it('takes application/json only', () => {
    expect(isJsonType('application/json')).toBe(true);
    expect(isJsonType('Application/JSON; charset=utf-8')).toBe(true);
    for (const type of [undefined, 'text/plain', 'application/jsonx', 'text/plain;application/json']) {
      expect(isJsonType(type)).toBe(false);
    }
  });
});
