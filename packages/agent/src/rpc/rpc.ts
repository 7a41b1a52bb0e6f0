import {
  classifyRpc,
  decodeText,
  encodeRpcRequest,
  InvalidValueError,
  parseLooseJson,
  ProtocolError,
} from '@volttron-ts/vip-core';
import type { RpcResponse, Static, TSchema, VipMessage } from '@volttron-ts/vip-core';
import type { Session } from '../session/session.ts';
import { callErrorOf } from './call-error.ts';
import type { RpcDispatcher } from './dispatcher.ts';
import { ExternalRpc } from './external-rpc.ts';
import type { ExportedMethod } from './method.ts';

/** Positional arguments as an array, named ones as an object. */
export type RpcArguments = readonly unknown[] | Readonly<Record<string, unknown>>;

export interface CallOptions {
  /** Named arguments beside positional ones. */
  readonly kwargs?: Readonly<Record<string, unknown>>;
  /** 30 s when not given. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** The instance name of another platform that has the peer, where platforms are connected (vip-zmq.md §2.9). */
  readonly platform?: string;
}

/** `vip.rpc`: methods of other agents. */
export interface Rpc {
  /**
   * Calls a method and settles with its result. Rejects with RemoteError (what the method threw), UnknownMethodError,
   * UnauthorizedError, UnreachableError, TimeoutError, ClosedError, DeniedError.
   */
  call(peer: string, method: string, args?: RpcArguments, options?: CallOptions): Promise<unknown>;
  /** Calls a method without wanting to know. */
  notify(peer: string, method: string, args?: RpcArguments, kwargs?: Readonly<Record<string, unknown>>): void;
  /** Lets others call a method from now on; for those whose work needs what `run` made. */
  export<Params extends TSchema>(name: string, method: ExportedMethod<Params>): void;
}

const CALL_MS = 30_000;

/** The agent's side of the subsystem `RPC`: asks, and hands calls of peers to its dispatcher. */
export class RpcClient implements Rpc {
  readonly #session: Session;
  readonly #epoch: string;
  readonly #dispatcher: RpcDispatcher;
  readonly #external: ExternalRpc;
  #count = 0;

  constructor(session: Session, epoch: string, dispatcher: RpcDispatcher) {
    this.#session = session;
    this.#epoch = epoch;
    this.#dispatcher = dispatcher;
    this.#external = new ExternalRpc(session, dispatcher);
    session.handle('RPC', (message) => {
      void serve(session, dispatcher, message);
    });
  }

  async call(peer: string, method: string, args: RpcArguments = [], options: CallOptions = {}): Promise<unknown> {
    checkPeer(peer);
    const { timeoutMs = CALL_MS, signal, platform } = options;
    const id = `r.${this.#epoch}.${++this.#count}`;
    const frame = encode(id, method, args, options.kwargs);
    const what = `${method} of "${peer}"`;
    const ask = { id, what, timeoutMs, signal };
    const { result, error } =
      platform === undefined
        ? readResponse(await this.#session.ask({ ...ask, peer, subsystem: 'RPC', args: [frame] }), what)
        : await this.#external.ask(platform, peer, frame, ask);
    if (error !== undefined) throw callErrorOf(peer, method, error);
    return result;
  }

  notify(peer: string, method: string, args: RpcArguments = [], kwargs?: Readonly<Record<string, unknown>>): void {
    checkPeer(peer);
    this.#session.tell({ peer, subsystem: 'RPC', id: '', args: [encode(undefined, method, args, kwargs)] });
  }

  export<Params extends TSchema>(name: string, method: ExportedMethod<Params>): void {
    const { requires = [], openToPlatform, params, description } = method;
    this.#dispatcher.export(name, {
      requires: typeof requires === 'string' ? [requires] : requires,
      openToPlatform,
      params,
      description,
      // The dispatcher has checked them against the schema.
      call: (args, caller) => method.call(args as Static<Params>, caller),
    });
  }
}

function checkPeer(peer: string): void {
  if (peer === '') throw new InvalidValueError('peer', peer, 'The router has no methods.', 'Name an agent.');
}

function encode(
  id: string | undefined,
  method: string,
  args: RpcArguments,
  kwargs: Readonly<Record<string, unknown>> | undefined,
): Uint8Array {
  if (isArray(args)) return encodeRpcRequest(id, method, args, kwargs);
  return encodeRpcRequest(id, method, [], { ...args, ...kwargs });
}

const isArray = (args: RpcArguments): args is readonly unknown[] => Array.isArray(args);

function readResponse(message: VipMessage, what: string): RpcResponse {
  const [frame] = message.args;
  const element = frame === undefined ? undefined : classifyRpc(parseLooseJson(decodeText(frame)));
  if (element?.kind === 'response') return element;
  throw new ProtocolError(`The answer to ${what} is no JSON-RPC response.`, { item: what, value: message.peer });
}

async function serve(session: Session, dispatcher: RpcDispatcher, message: VipMessage): Promise<void> {
  const args = await dispatcher.serve(message);
  if (args.length > 0) session.tell({ peer: message.peer, id: message.id, subsystem: 'RPC', args });
}
