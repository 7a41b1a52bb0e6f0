import { describe, expect, it } from 'vitest';
import { classifyRpc, encodeRpc, encodeRpcRequest, rpcError, rpcResult } from './json-rpc.ts';
import { decodeText } from './text.ts';

const parse = (frame: Uint8Array): unknown => JSON.parse(decodeText(frame));

describe('classifyRpc on what VOLTTRON 9.0.4 sent and answered', () => {
  it('reads a call with positional parameters (raw_rpc_ascii_escaped)', () => {
    const sent: unknown = JSON.parse('{"jsonrpc":"2.0","method":"echo","params":["\\u00e9\\u4e2d"],"id":"a.b"}');
    expect(classifyRpc(sent)).toEqual({ kind: 'request', id: 'a.b', method: 'echo', args: ['é中'], kwargs: {} });
  });

  it('keeps a numeric id (raw_rpc_numeric_id)', () => {
    const sent = { jsonrpc: '2.0', method: 'echo', params: [1], id: 7 };
    expect(classifyRpc(sent)).toMatchObject({ kind: 'request', id: 7 });
    expect(classifyRpc({ jsonrpc: '2.0', id: 7, result: [1, 2] })).toEqual({ kind: 'response', id: 7, result: [1, 2] });
  });

  it('reads named, and mixed parameters (raw_rpc_mixed_params_args_kwargs)', () => {
    const mixed = { jsonrpc: '2.0', method: 'echo', params: { '*args': [5], '**kwargs': { y: 6 } }, id: 'q1' };
    expect(classifyRpc(mixed)).toMatchObject({ args: [5], kwargs: { y: 6 } });
    const named = { jsonrpc: '2.0', method: 'echo', params: { x: 1 }, id: 'q1' };
    expect(classifyRpc(named)).toMatchObject({ args: [], kwargs: { x: 1 } });
    const half = { jsonrpc: '2.0', method: 'echo', params: { '*args': [5], y: 6 }, id: 'q1' };
    expect(classifyRpc(half)).toMatchObject({ args: [], kwargs: { '*args': [5], y: 6 } });
  });

  it('tells calls from notifications in a batch (raw_rpc_batch)', () => {
    const batch = [
      { jsonrpc: '2.0', method: 'echo', params: [1], id: 'q1' },
      { jsonrpc: '2.0', method: 'echo', params: [2] },
      { jsonrpc: '2.0', method: 'nope', id: 'q2' },
      { jsonrpc: '2.0', method: 'echo', id: null },
    ];
    expect(batch.map((element) => classifyRpc(element).id)).toEqual(['q1', undefined, 'q2', undefined]);
  });

  it('refuses a missing version (raw_rpc_missing_jsonrpc_version)', () => {
    expect(classifyRpc({ method: 'echo', params: [1], id: 'q1' })).toEqual({
      kind: 'invalid',
      id: 'q1',
      error: { code: -32600, message: 'missing required member' },
    });
  });

  it.each(['garbage', 5, null, true, ['nested']])('refuses %j as no object (raw_rpc_not_json)', (value) => {
    expect(classifyRpc(value)).toEqual({
      kind: 'invalid',
      id: null,
      error: { code: -32600, message: 'invalid object type' },
    });
  });

  it('refuses another version, a method that is no text, and scalar parameters', () => {
    expect(classifyRpc({ jsonrpc: '1.0', method: 'x', id: 1 })).toMatchObject({
      kind: 'invalid',
      id: 1,
      error: { code: -32600, message: 'unsupported version' },
    });
    expect(classifyRpc({ jsonrpc: '2.0', method: 5, id: 1 })).toMatchObject({ kind: 'invalid', id: 1 });
    expect(classifyRpc({ jsonrpc: '2.0', method: 'x', params: 'p', id: 1 })).toEqual({
      kind: 'invalid',
      id: null,
      error: { code: -32602, message: 'invalid object type' },
    });
  });

  it('reads the error of an unknown method with its data (raw_rpc_batch)', () => {
    const data = { detail: "method 'nope' is not implemented" };
    const error = { code: -32601, message: 'unimplemented method', data };
    expect(classifyRpc({ jsonrpc: '2.0', id: 'q2', error })).toEqual({ kind: 'response', id: 'q2', error });
  });

  it('finds nothing to answer in an id alone', () => {
    expect(classifyRpc({ jsonrpc: '2.0', id: 'x' })).toMatchObject({ kind: 'invalid', id: 'x' });
  });

  it('takes an id that is no id for none', () => {
    expect(classifyRpc({ jsonrpc: '2.0', method: 'x', id: { a: 1 } })).toMatchObject({
      kind: 'request',
      id: undefined,
    });
  });
});

describe('encodeRpcRequest', () => {
  it.each([
    [[1, 'a'], undefined, [1, 'a']],
    [[], undefined, []],
    [[], { x: 1 }, { x: 1 }],
    [[1], { x: 2 }, { '*args': [1], '**kwargs': { x: 2 } }],
  ])('writes args %j and kwargs %j as Python does', (args, kwargs, params) => {
    const request = parse(encodeRpcRequest('i.1', 'm', args, kwargs));
    expect(request).toEqual({ jsonrpc: '2.0', id: 'i.1', method: 'm', params });
    expect(classifyRpc(request)).toMatchObject({ kind: 'request', id: 'i.1', args, kwargs: kwargs ?? {} });
  });

  it('leaves the id out of a notification', () => {
    expect(parse(encodeRpcRequest(undefined, 'm', []))).toEqual({ jsonrpc: '2.0', method: 'm', params: [] });
  });

  it('is ASCII, so that a Python router can pass it', () => {
    const frame = encodeRpcRequest('i.1', 'm', ['é中🙂']);
    expect(frame.every((byte) => byte < 0x80)).toBe(true);
    expect(parse(frame)).toMatchObject({ params: ['é中🙂'] });
  });
});

it('answers carry a result, null when there is none, or an error', () => {
  expect(parse(encodeRpc(rpcResult('a', undefined)))).toEqual({ jsonrpc: '2.0', id: 'a', result: null });
  expect(parse(encodeRpc([rpcResult(1, 'é')]))).toEqual([{ jsonrpc: '2.0', id: 1, result: 'é' }]);
  const error = { code: -32601, message: 'unimplemented method' };
  expect(parse(encodeRpc(rpcError('a', error)))).toEqual({ jsonrpc: '2.0', id: 'a', error });
});
