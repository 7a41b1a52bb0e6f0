import { describe, expect, it } from 'vitest';
import { AgentFailedError } from '../errors.ts';
import { answerOf } from './agent-answer.ts';

const said = (result: unknown, format: 'jsonrpc' | 'raw' = 'jsonrpc'): unknown[] => {
  const { status, headers, body } = answerOf({ agent: 'plotter', format }, result);
  return [status, Object.fromEntries(headers), body.toString()];
};

const json = { 'content-type': 'application/json' };

describe('what an agent returned, as HTTP', () => {
  it.each([
    ['an object', { a: 1 }, [200, json, '{"a":1}']],
    [
      'an object that says unauthorized',
      { error: { code: -32001, message: '<b>' } },
      [401, { 'content-type': 'text/html; charset=utf-8' }, '<h1>&#60;b&#62;</h1>\n<h2>CODE:-32001</h2>'],
    ],
    ['an object with another error', { error: { code: 1 } }, [200, json, '{"error":{"code":1}}']],
    ['content and headers', ['<p>', [['Content-Type', 'text/html']]], [200, { 'Content-Type': 'text/html' }, '<p>']],
    [
      'content and headers in an object',
      ['<p>', { 'X-A': 5 }],
      [200, { 'X-A': '5', 'content-type': 'text/plain; charset=utf-8' }, '<p>'],
    ],
    [
      'content that is called compressed',
      [
        'é',
        [
          ['Content-Encoding', 'gzip'],
          ['Content-Type', 'text/html'],
        ],
      ],
      [200, { 'Content-Type': 'text/html' }, 'é'],
    ],
    [
      'status, content and headers',
      ['404 Not Found', 'none', []],
      [404, { 'content-type': 'text/plain; charset=utf-8' }, 'none'],
    ],
    ['a status as number, and an object', [201, { id: 1 }, []], [201, json, '{"id":1}']],
    ['nothing', null, [200, json, 'null']],
    ['text', 'é中', [200, json, '"é中"']],
    ['a list of another length', [1, 2, 3, 4], [200, json, '[1,2,3,4]']],
  ])('jsonrpc: %s', (_what, result, expected) => {
    expect(said(result)).toEqual(expected);
  });

  it.each([
    ['status', ['204 No Content'], [204, {}, '']],
    ['status and body', ['200 OK', 'w6k='], [200, {}, 'é']],
    [
      'status, body and headers',
      ['200 OK', 'w6k=', [['Content-Encoding', 'br']]],
      [200, { 'Content-Encoding': 'br' }, 'é'],
    ],
  ])('raw: %s', (_what, result, expected) => {
    expect(said(result, 'raw')).toEqual(expected);
  });

  it.each([
    ['raw', {}],
    ['raw', []],
    ['raw', [1, 2, 3, 4]],
    ['raw', ['200 OK', '<not base64>', []]],
    ['raw', ['200 OK', 5]],
    ['jsonrpc', ['199 No', 'x', []]],
    ['jsonrpc', ['200\r\nX: y', 'x', []]],
    ['jsonrpc', [null, 'x', []]],
    ['jsonrpc', ['x', [['A', 'b\nc']]]],
    ['jsonrpc', ['x', [['A b', 'c']]]],
    ['jsonrpc', ['x', [['', 'c']]]],
    ['jsonrpc', ['x', ['A: b']]],
    ['jsonrpc', ['x', [['A', null]]]],
    ['jsonrpc', ['x', [['A', '中']]]],
  ] as const)('%s: %j cannot be sent', (format, result) => {
    expect(() => answerOf({ agent: 'plotter', format }, result)).toThrow(AgentFailedError);
  });

  it('leaves out headers that are the server’s own', () => {
    const names = [
      'Content-Security-Policy',
      'X-Content-Type-Options',
      'Transfer-Encoding',
      'Content-Length',
      'Alt-Svc',
    ];
    const headers = [
      ...names.map((name) => [name, '1']),
      ['Set-Cookie', ' __Host-volttron-8443=x'],
      ['Set-Cookie', 'a=b'],
    ];
    expect(said(['200', '', headers])).toEqual([
      200,
      { 'Set-Cookie': 'a=b', 'content-type': expect.any(String) as string },
      '',
    ]);
  });
});
