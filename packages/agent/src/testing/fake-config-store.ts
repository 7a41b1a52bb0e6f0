import { classifyRpc, decodeText, encodeRpc, encodeRpcRequest, parseLooseJson, rpcResult } from '@volttron-ts/vip-core';
import type { OutgoingMessage, RpcRequest, VipMessage } from '@volttron-ts/vip-core';
import type { FakePlatform } from './fake-platform.ts';

/** A change of one configuration, as the store tells it. */
export interface FakePush {
  readonly action: 'NEW' | 'UPDATE' | 'DELETE' | 'DELETE_ALL';
  readonly name: string | null;
  readonly contents?: unknown;
  /** True when not given. */
  readonly trigger?: boolean;
}

type Send = (message: OutgoingMessage) => void;

/**
 * The configuration store of a fake platform: hands out what the test says, pushes what it wants, and keeps what agents
 * write. It checks nothing.
 */
export class FakeConfigStore {
  /** Contents by identity and name. */
  readonly stored: Record<string, Record<string, unknown>>;
  /** Calls of agents, in order. */
  readonly calls: Pick<RpcRequest, 'method' | 'args' | 'kwargs'>[] = [];
  /** True answers nothing at all. */
  silent = false;
  readonly #platform: FakePlatform;
  readonly #identity: string;
  readonly #answers = new Map<string, (answer: unknown) => void>();
  #count = 0;

  constructor(platform: FakePlatform, stored: Record<string, Record<string, unknown>> = {}, identity = 'config.store') {
    this.stored = stored;
    this.#platform = platform;
    this.#identity = identity;
    platform.play(identity, (message, send) => {
      this.#receive(message, send);
    });
  }

  /** Tells an agent of a change; settles with the JSON-RPC answer. */
  async push(to: string, { action, name, contents, trigger = true }: FakePush): Promise<unknown> {
    const kwargs = { ...(contents === undefined ? {} : { contents }), trigger_callback: trigger };
    return this.#call(to, 'config.update', [action, name], kwargs);
  }

  #call(to: string, method: string, args: unknown[], kwargs?: Record<string, unknown>): Promise<unknown> {
    const id = `store.${++this.#count}`;
    const frame = encodeRpcRequest(id, method, args, kwargs);
    this.#platform.send(to, { peer: this.#identity, id, subsystem: 'RPC', args: [frame] });
    return new Promise((resolve) => {
      this.#answers.set(id, resolve);
    });
  }

  #receive({ peer, id, args }: VipMessage, send: Send): void {
    const answer = parsed(args[0]);
    if (answer === undefined) return;
    const element = classifyRpc(answer);
    if (element.kind === 'response') this.#answers.get(String(element.id))?.(answer);
    else if (element.kind === 'request' && !this.silent) void this.#serve(peer, element, id, send);
  }

  async #serve(peer: string, request: RpcRequest, id: string, send: Send): Promise<void> {
    const { method, args, kwargs } = request;
    this.calls.push({ method, args, kwargs });
    if (method === 'initialize_configs') await this.#call(peer, 'config.initial_update', [this.stored[peer] ?? {}]);
    send({ peer, id, subsystem: 'RPC', args: [encodeRpc(rpcResult(request.id ?? null, null))] });
  }
}

/** Anybody may send anything; what is no JSON is nobody's answer. */
function parsed(frame: Uint8Array | undefined): Record<string, unknown> | undefined {
  try {
    return parseLooseJson(decodeText(frame ?? new Uint8Array(0))) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
