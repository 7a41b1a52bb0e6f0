import {
  AgainError,
  checker,
  classifyRpc,
  decodeText,
  encodeRpc,
  parseLooseJson,
  ProtocolError,
  rpcError,
  rpcResult,
} from '@volttron-ts/vip-core';
import type { RpcElement, RpcRequest, VipMessage } from '@volttron-ts/vip-core';
import { ParameterError } from '../errors.ts';
import { bindArguments } from './bind-arguments.ts';
import { errorObjectOf, unimplemented } from './call-error.ts';
import type { Capabilities } from './capabilities.ts';
import { isCoreIdentity } from './core-identity.ts';
import { describeMethod } from './inspect.ts';
import { parametersOf } from './method.ts';
import type { Caller, Parameter, RpcMethod } from './method.ts';

/** Calls that may run at once; more are answered "again". */
const MAX_RUNNING = 1000;

interface Exported {
  readonly method: RpcMethod;
  readonly parameters: readonly Parameter[];
  readonly check: (args: unknown, what: string) => unknown;
}

/** Serves the calls of peers (vip-zmq.md §2.12). Never throws: what fails is answered. */
export class RpcDispatcher {
  readonly #methods = new Map<string, Exported>();
  /** What an operator requires in place of what the author did. */
  readonly #authorizations = new Map<string, readonly string[]>();
  readonly #capabilities: Capabilities;
  #running = 0;

  constructor(capabilities: Capabilities) {
    this.#capabilities = capabilities;
  }

  export(name: string, method: RpcMethod): void {
    this.#methods.set(name, { method, parameters: parametersOf(method.params), check: checker(method.params) });
  }

  /** Names of all methods. */
  get names(): string[] {
    return [...this.#methods.keys()];
  }

  /** Capabilities that a method requires now; none for a method that is not exported. */
  requirementsOf(name: string): readonly string[] {
    return this.#authorizations.get(name) ?? this.#methods.get(name)?.method.requires ?? [];
  }

  /** Requires other capabilities for a method, exported or still to be; `['']` opens it to everybody. */
  authorize(name: string, requires: readonly string[]): void {
    this.#authorizations.set(name, requires);
  }

  /** One answer frame per argument frame that wants one, in their order. */
  async serve(message: VipMessage): Promise<Uint8Array[]> {
    const answers = await Promise.all(message.args.map((frame) => this.#serveFrame(frame, message)));
    return answers.filter((answer) => answer !== undefined);
  }

  async #serveFrame(frame: Uint8Array, caller: Caller): Promise<Uint8Array | undefined> {
    const parsed = parse(frame);
    if (!Array.isArray(parsed)) {
      const answer = await this.#serveElement(classifyRpc(parsed), caller);
      return answer === undefined ? undefined : encode(answer);
    }
    const elements = (parsed as unknown[]).map(classifyRpc);
    const answers = await Promise.all(elements.map((element) => this.#serveElement(element, caller)));
    const wanted = answers.filter((answer) => answer !== undefined);
    return wanted.length === 0 ? undefined : encodeRpc(wanted.map((answer) => decodable(answer)));
  }

  async #serveElement(element: RpcElement, caller: Caller): Promise<Record<string, unknown> | undefined> {
    if (element.kind === 'response') return undefined;
    if (element.kind === 'invalid') return rpcError(element.id, element.error);
    const answer = await this.#answer(element, caller);
    return element.id === undefined ? undefined : answer;
  }

  async #answer(request: RpcRequest, caller: Caller): Promise<Record<string, unknown>> {
    const id = request.id ?? null;
    if (this.#running >= MAX_RUNNING) return rpcError(id, errorObjectOf(new AgainError(caller.peer)));
    this.#running++;
    try {
      const exported = this.#methods.get(request.method);
      if (exported !== undefined) return rpcResult(id, await this.#call(exported, request, caller));
      const inspected = this.#inspect(request.method);
      return inspected === undefined ? rpcError(id, unimplemented(request.method)) : rpcResult(id, inspected);
    } catch (error) {
      return rpcError(id, errorObjectOf(error));
    } finally {
      this.#running--;
    }
  }

  async #call({ method, parameters, check }: Exported, request: RpcRequest, caller: Caller): Promise<unknown> {
    const args = bindArguments(request.method, parameters, request.args, request.kwargs);
    if (method.openToPlatform !== true || !isCoreIdentity(caller.user)) {
      const requires = this.requirementsOf(request.method);
      await this.#capabilities.check(caller.user, { method: request.method, requires, parameters, args });
    }
    return method.call(checked(check, args, request.method), caller);
  }

  #inspect(name: string): unknown {
    if (name === 'inspect') return { methods: [...this.#methods.keys()] };
    const [, inspected] = /^(.+)\.inspect$/.exec(name) ?? [];
    const exported = inspected === undefined ? undefined : this.#methods.get(inspected);
    return exported === undefined ? undefined : describeMethod(exported.method);
  }
}

/** A frame that is no JSON is text, which is no call. */
function parse(frame: Uint8Array): unknown {
  const text = decodeText(frame);
  try {
    return parseLooseJson(text);
  } catch (error) {
    if (error instanceof ProtocolError) return text;
    throw error;
  }
}

function checked(check: (args: unknown, what: string) => unknown, args: unknown[], method: string): unknown[] {
  try {
    return check(args, `the arguments of ${method}`) as unknown[];
  } catch (error) {
    throw new ParameterError(method, error instanceof Error ? error.message.replace(/\.$/, '') : String(error));
  }
}

/** The answer itself, or, when its result cannot be JSON, an error: silence would leave the caller waiting. */
function decodable(answer: Record<string, unknown>): Record<string, unknown> {
  try {
    JSON.stringify(answer);
    return answer;
  } catch (error) {
    return rpcError((answer['id'] ?? null) as string | number | null, errorObjectOf(error));
  }
}

const encode = (answer: Record<string, unknown>): Uint8Array => encodeRpc(decodable(answer));
