import { describe, expect, it } from 'vitest';
import {
  decodeText,
  encodeText,
  InvalidValueError,
  parseLooseJson,
  t,
  UnauthorizedError,
  UnknownKeyError,
} from '@volttron-ts/vip-core';
import { Capabilities } from './capabilities.ts';
import { RpcDispatcher } from './dispatcher.ts';

function dispatcher(): RpcDispatcher {
  const made = new RpcDispatcher(new Capabilities(() => Promise.resolve({})));
  const number = (title: string): ReturnType<typeof t.Number> => t.Number({ title });
  const open = { requires: [] };
  made.export('add', {
    ...open,
    params: t.Tuple([number('a'), t.Number({ title: 'b', default: 1 })]),
    description: 'Adds.',
    call: ([a, b]) => Number(a) + Number(b),
  });
  const failures: Record<string, Error> = {
    range: new RangeError('too big'),
    type: new TypeError('"Topic" required'),
    value: new InvalidValueError('x', 1, 'x is wrong.', 'Make it right.'),
    refused: new UnauthorizedError('not you'),
    odd: new Error('text'),
    unknown: new UnknownKeyError('x', 'y', 'No x "y"'),
  };
  made.export('fail', {
    ...open,
    params: t.Tuple([t.String({ title: 'how' })]),
    call: ([how]) => {
      throw failures[String(how)];
    },
  });
  made.export('endless', { ...open, params: t.Tuple([]), call: () => 10n });
  made.export('guarded', { requires: ['edit'], params: t.Tuple([]), call: () => 1 });
  return made;
}

async function serve(...frames: string[]): Promise<unknown[]> {
  const message = { peer: 'caller', user: 'caller', id: '1', subsystem: 'RPC', args: frames.map(encodeText) };
  return (await dispatcher().serve(message)).map((answer) => parseLooseJson(decodeText(answer)));
}

const request = (method: string, params?: unknown, id: unknown = 'c1'): string =>
  JSON.stringify({ jsonrpc: '2.0', method, params, id });

describe('RpcDispatcher', () => {
  it('takes positional, named and mixed arguments', async () => {
    const answer = { jsonrpc: '2.0', id: 'c1', result: 5 };
    expect(await serve(request('add', [2, 3]))).toEqual([answer]);
    expect(await serve(request('add', { a: 2, b: 3 }))).toEqual([answer]);
    expect(await serve(request('add', { '*args': [2], '**kwargs': { b: 3 } }))).toEqual([answer]);
  });

  it('answers each frame that wants one, and a batch in one frame', async () => {
    const notification = JSON.stringify({ jsonrpc: '2.0', method: 'add', params: [1] });
    expect(await serve(request('add', [1], 'a'), notification, request('add', [2], 7))).toEqual([
      { jsonrpc: '2.0', id: 'a', result: 2 },
      { jsonrpc: '2.0', id: 7, result: 3 },
    ]);
    expect(await serve(`[${request('add', [1])},${notification},${request('nope')}]`)).toEqual([
      [
        { jsonrpc: '2.0', id: 'c1', result: 2 },
        { jsonrpc: '2.0', id: 'c1', error: expect.objectContaining({ code: -32601 }) as unknown },
      ],
    ]);
    expect(await serve(`[${notification}]`)).toEqual([]);
  });

  it('never answers a notification, not even with an error', async () => {
    expect(
      await serve('{"jsonrpc":"2.0","method":"nope"}', '{"jsonrpc":"2.0","method":"fail","params":["range"]}'),
    ).toEqual([]);
  });

  it.each([
    ['{"method":"add","id":"c1"}', 'c1', -32600, 'missing required member'],
    ['{"jsonrpc":"1.0","method":"add","id":"c1"}', 'c1', -32600, 'unsupported version'],
    ['this is no JSON', null, -32600, 'invalid object type'],
    ['{"jsonrpc":"2.0","method":"add","params":5,"id":"c1"}', null, -32602, 'invalid object type'],
    ['{"jsonrpc":"2.0","method":"nope","id":"c1"}', 'c1', -32601, 'unimplemented method'],
  ])('refuses %s as Python does', async (frame, id, code, message) => {
    expect(await serve(frame)).toEqual([
      { jsonrpc: '2.0', id, error: expect.objectContaining({ code, message }) as unknown },
    ]);
  });

  it.each([
    ['range', 'builtins.ValueError', ['too big']],
    ['type', 'builtins.TypeError', ['"Topic" required']],
    ['value', 'builtins.ValueError', ['x is wrong. Make it right.']],
    ['refused', 'volttron.platform.jsonrpc.Error', [-32001, 'not you']],
    ['odd', 'builtins.RuntimeError', ['text']],
  ])('tells a failure (%s) by its Python class, without a traceback', async (how, exc_type, exc_args) => {
    const data = { detail: exc_args.at(-1), 'exception.py': { exc_type, exc_args } };
    expect(await serve(request('fail', [how]))).toEqual([
      { jsonrpc: '2.0', id: 'c1', error: { code: -32000, message: 'unhandled exception', data } },
    ]);
  });

  it('tells what is unknown as Python does: the detail is the key as code', async () => {
    const data = { detail: `'No x "y"'`, 'exception.py': { exc_type: 'builtins.KeyError', exc_args: ['No x "y"'] } };
    expect(await serve(request('fail', ['unknown']))).toMatchObject([{ error: { code: -32000, data } }]);
  });

  it('answers bad arguments, a result that is no JSON and a missing capability by errors', async () => {
    for (const call of [request('add', ['x']), request('add', []), request('endless'), request('guarded')]) {
      expect(await serve(call)).toEqual([
        { jsonrpc: '2.0', id: 'c1', error: expect.objectContaining({ code: -32000 }) as unknown },
      ]);
    }
  });

  it('describes itself and its methods', async () => {
    expect(await serve(request('inspect'))).toMatchObject([
      { result: { methods: ['add', 'fail', 'endless', 'guarded'] } },
    ]);
    const params = {
      a: { kind: 'POSITIONAL_OR_KEYWORD' },
      b: { kind: 'POSITIONAL_OR_KEYWORD', default: 1 },
    };
    expect(await serve(request('add.inspect'))).toMatchObject([{ result: { params, doc: 'Adds.' } }]);
  });
});
