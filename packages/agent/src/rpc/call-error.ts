import {
  AgainError,
  InvalidValueError,
  RemoteError,
  rpcCodes,
  UnauthorizedError,
  UnknownKeyError,
  UnknownSubsystemError,
  UnreachableError,
  VipError,
} from '@volttron-ts/vip-core';
import type { RpcErrorObject } from '@volttron-ts/vip-core';
import { ParameterError, UnknownMethodError } from '../errors.ts';
import { pythonRepr } from './python-repr.ts';

const UNAUTHORIZED_TYPE = 'volttron.platform.jsonrpc.Error';

/** The Python class by which a Python caller knows a failure. */
function pythonType(error: unknown): string {
  if (error instanceof ParameterError || error instanceof TypeError) return 'builtins.TypeError';
  if (error instanceof InvalidValueError || error instanceof RangeError) return 'builtins.ValueError';
  if (error instanceof UnknownKeyError) return 'builtins.KeyError';
  if (error instanceof UnreachableError) return 'volttron.platform.vip.agent.errors.Unreachable';
  if (error instanceof AgainError) return 'volttron.platform.vip.agent.errors.Again';
  if (error instanceof UnknownSubsystemError) return 'volttron.platform.vip.agent.errors.UnknownSubsystem';
  if (error instanceof UnauthorizedError) return UNAUTHORIZED_TYPE;
  return 'builtins.RuntimeError';
}

/** What a method's failure becomes (vip-zmq.md §2.12.3): always -32000; no traceback leaves the process. */
export function errorObjectOf(error: unknown): RpcErrorObject {
  const text = error instanceof VipError ? error.line : error instanceof Error ? error.message : String(error);
  const args = error instanceof UnauthorizedError ? [rpcCodes.unauthorized, text] : [text];
  // The text of a KeyError is that of its key as Python would write it in code.
  const detail = error instanceof UnknownKeyError ? pythonRepr(text) : text;
  return {
    code: rpcCodes.unhandled,
    message: 'unhandled exception',
    data: { detail, 'exception.py': { exc_type: pythonType(error), exc_args: args } },
  };
}

export const unimplemented = (method: string): RpcErrorObject => ({
  code: rpcCodes.methodNotFound,
  message: 'unimplemented method',
  data: { detail: `method ${pythonRepr(method)} is not implemented` },
});

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)[name]
    : undefined;

/** The error that the caller of a failed call gets. */
export function callErrorOf(peer: string, method: string, { code, message, data }: RpcErrorObject): VipError {
  const detail = member(data, 'detail');
  const exception = member(data, 'exception.py');
  const args = member(exception, 'exc_args');
  if (code === rpcCodes.methodNotFound) return new UnknownMethodError(peer, method);
  const [first, text] = Array.isArray(args) ? (args as unknown[]) : [];
  const refused = member(exception, 'exc_type') === UNAUTHORIZED_TYPE && first === rpcCodes.unauthorized;
  if (refused || code === rpcCodes.unauthorized) {
    const why = typeof text === 'string' ? text : message;
    return new UnauthorizedError(`"${peer}" refused ${method}: ${why}`, { item: method, value: peer });
  }
  const said = code === rpcCodes.unhandled && typeof detail === 'string' ? detail : message;
  return new RemoteError(peer, method, code, said, data);
}
