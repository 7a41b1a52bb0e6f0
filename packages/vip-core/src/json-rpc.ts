import { escapeNonAscii } from './publish-body.ts';
import { encodeText } from './text.ts';

/** Codes of JSON-RPC 2.0 and of VOLTTRON (reference/vip-zmq.md §2.12.3). */
export const rpcCodes = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  unhandled: -32000,
  unauthorized: -32001,
} as const;

export type RpcId = string | number | null;

export interface RpcErrorObject {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

export interface RpcRequest {
  readonly kind: 'request';
  /** Undefined for a notification, which is never answered. */
  readonly id: RpcId | undefined;
  readonly method: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

export interface RpcResponse {
  readonly kind: 'response';
  readonly id: RpcId;
  readonly result?: unknown;
  readonly error?: RpcErrorObject;
}

export interface RpcInvalid {
  readonly kind: 'invalid';
  readonly id: RpcId;
  readonly error: RpcErrorObject;
}

export type RpcElement = RpcRequest | RpcResponse | RpcInvalid;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isId = (value: unknown): value is RpcId =>
  value === null || typeof value === 'string' || typeof value === 'number';

/** Sorts one parsed JSON-RPC object; texts of refusals are those of Python VOLTTRON. */
export function classifyRpc(value: unknown): RpcElement {
  if (!isObject(value)) return invalid(null, rpcCodes.invalidRequest, 'invalid object type');
  const id = isId(value['id']) ? value['id'] : null;
  if (!('jsonrpc' in value)) return invalid(id, rpcCodes.invalidRequest, 'missing required member');
  if (value['jsonrpc'] !== '2.0') return invalid(id, rpcCodes.invalidRequest, 'unsupported version');
  if ('method' in value) return classifyRequest(value, id);
  if (isObject(value['error'])) {
    const { code, message, data } = value['error'];
    return { kind: 'response', id, error: { code: Number(code), message: String(message), data } };
  }
  if ('result' in value) return { kind: 'response', id, result: value['result'] };
  return invalid(id, rpcCodes.invalidRequest, 'missing required member');
}

function classifyRequest(value: Record<string, unknown>, id: RpcId): RpcElement {
  const { method, params } = value;
  if (typeof method !== 'string') return invalid(id, rpcCodes.invalidRequest, 'invalid object type');
  const request = { kind: 'request', id: id ?? undefined, method } as const;
  if (params === undefined || params === null) return { ...request, args: [], kwargs: {} };
  if (Array.isArray(params)) return { ...request, args: params as unknown[], kwargs: {} };
  if (!isObject(params)) return invalid(null, rpcCodes.invalidParams, 'invalid object type');
  const { '*args': args, '**kwargs': kwargs } = params;
  if (Object.keys(params).length === 2 && Array.isArray(args) && isObject(kwargs)) return { ...request, args, kwargs };
  return { ...request, args: [], kwargs: params };
}

function invalid(id: RpcId, code: number, message: string): RpcInvalid {
  return { kind: 'invalid', id, error: { code, message } };
}

/** A request (or, without id, a notification) as one argument frame. */
export function encodeRpcRequest(
  id: string | undefined,
  method: string,
  args: readonly unknown[],
  kwargs?: Readonly<Record<string, unknown>>,
): Uint8Array {
  const params = kwargs === undefined ? args : args.length === 0 ? kwargs : { '*args': args, '**kwargs': kwargs };
  return encodeRpc({ jsonrpc: '2.0', ...(id === undefined ? {} : { id }), method, params });
}

/** An answer, or a batch of answers, as JSON-RPC text in one frame. */
export function encodeRpc(value: unknown): Uint8Array {
  return encodeText(escapeNonAscii(JSON.stringify(value)));
}

/** The object that answers a call. */
export function rpcResult(id: RpcId, result: unknown): Record<string, unknown> {
  return { jsonrpc: '2.0', id, result: result ?? null };
}

/** The object that refuses a call. */
export function rpcError(id: RpcId, error: RpcErrorObject): Record<string, unknown> {
  return { jsonrpc: '2.0', id, error };
}
