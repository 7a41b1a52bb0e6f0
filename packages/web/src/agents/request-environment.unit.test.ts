import { expect, it } from 'vitest';
import { requestEnvironment } from './request-environment.ts';

const facts = {
  method: 'GET',
  path: '/a b',
  query: '',
  httpVersion: '1.1',
  address: '::ffff:192.0.2.7',
  serverName: 'central',
};

it('has what was sent of the names of VOLTTRON, and no other header', () => {
  const headers = { 'user-agent': 'curl', 'x-forwarded-for': '192.0.2.9', 'accept-encoding': 'br' };
  expect(requestEnvironment({ ...facts, headers })).toEqual({
    HTTP_USER_AGENT: 'curl',
    PATH_INFO: '/a b',
    QUERY_STRING: '',
    REQUEST_METHOD: 'GET',
    SERVER_PROTOCOL: 'HTTP/1.1',
    REMOTE_ADDR: '192.0.2.7',
    HTTP_ACCEPT_ENCODING: 'br',
    SERVER_NAME: 'central',
    'wsgi.url_scheme': 'https',
  });
});

it.each([
  ['__Host-volttron-8443=secret', undefined],
  [' a=1;__Host-volttron-8443=secret; b=2; ', 'a=1; b=2'],
])('keeps sessions of this server from agents: %s', (cookie, expected) => {
  expect(requestEnvironment({ ...facts, headers: { cookie } })['HTTP_COOKIE']).toBe(expected);
});
