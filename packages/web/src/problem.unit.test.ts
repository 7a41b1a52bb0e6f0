import { LoginThrottledError } from '@volttron-ts/auth';
import { InvalidValueError, VipError } from '@volttron-ts/vip-core';
import { describe, expect, it } from 'vitest';
import { MethodNotAllowedError, NotFoundError } from './errors.ts';
import { asVipError, problemHeaders, problemOf } from './problem.ts';

describe('problemOf', () => {
  it('says what is wrong and what to do', () => {
    const problem = problemOf(new InvalidValueError('port', 70_000, 'The port is too large.', 'At most 65535.'));
    expect(problem).toEqual({
      type: 'urn:volttron:problem:invalid-value',
      title: 'Invalid value',
      status: 400,
      detail: 'The port is too large.',
      code: 'invalid-value',
      item: 'port',
      remedy: 'At most 65535.',
    });
  });

  it('keeps to itself what failed inside', () => {
    const problem = problemOf(new VipError('file-unreadable', 'secret path', { item: 'secret', remedy: 'secret' }));
    expect(problem).toMatchObject({ status: 500, code: 'internal' });
    expect(JSON.stringify(problem)).not.toContain('secret');
  });
});

describe('problemHeaders', () => {
  it('names the methods that are taken, and when to come back', () => {
    expect(problemHeaders(new MethodNotAllowedError('PUT', '/x', 'GET, POST'))).toMatchObject({ allow: 'GET, POST' });
    expect(problemHeaders(new LoginThrottledError('admin', 1500))).toMatchObject({ 'retry-after': '2' });
    expect(problemHeaders(new NotFoundError('/x'))).toEqual({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
    });
  });
});

describe('asVipError', () => {
  it('gives the HTTP library’s errors a code of ours', () => {
    const code = (statusCode: number) => asVipError(Object.assign(new Error('x'), { statusCode })).code;
    expect([400, 413, 414, 415].map(code)).toEqual([
      'bad-request',
      'body-too-large',
      'bad-request',
      'unsupported-media-type',
    ]);
    for (const thrown of [new Error('x'), 'x', undefined, null]) expect(asVipError(thrown).code).toBe('internal');
  });
});
