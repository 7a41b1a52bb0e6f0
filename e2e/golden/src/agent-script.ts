import { classifyRpc, decodeText, equalsAscii, parseLooseJson } from '@volttron-ts/vip-core';
import type { OutgoingMessage, RpcElement, VipMessage } from '@volttron-ts/vip-core';
import type { FakePlatform } from '@volttron-ts/agent/testing';
import { readScenario } from './golden-files.ts';

/** One message of a captured agent's life: by the agent, or to it by a peer. */
export interface ScriptLine {
  readonly byAgent: boolean;
  readonly peer: string;
  readonly frames: readonly Uint8Array[];
}

const at = (frames: readonly Uint8Array[], position: number): string =>
  decodeText(frames[position] ?? new Uint8Array());

/** What an agent and its peers said to each other in a capture, until the agent began anew. */
export function readScript(file: string, agent: string): ScriptLine[] {
  const lines = readScenario(file).flatMap(({ direction, peer, frames }): ScriptLine[] => {
    if (direction === 'out') return [];
    if (peer === agent) return [{ byAgent: true, peer: at(frames, 0), frames }];
    return at(frames, 0) === agent ? [{ byAgent: false, peer, frames }] : [];
  });
  const isHello = ({ byAgent, frames }: ScriptLine): boolean => byAgent && at(frames, 3) === 'connect.hello.0';
  const again = lines.findIndex((line, index) => index > lines.findIndex(isHello) && isHello(line));
  return again < 0 ? lines : lines.slice(0, again);
}

const rpcOf = ({ frames }: ScriptLine): RpcElement | undefined =>
  equalsAscii(frames[4], 'RPC') ? classifyRpc(parseLooseJson(at(frames, 5))) : undefined;

function calls(line: ScriptLine, method: string): boolean {
  const rpc = rpcOf(line);
  return rpc?.kind === 'request' && rpc.method === method;
}

/**
 * Makes the peers of a script act on a fake platform as they did: each call of the agent gets the answer of the
 * capture, after what that peer asked of the agent in between.
 */
export class ScriptedPeers {
  readonly #platform: FakePlatform;
  readonly #script: readonly ScriptLine[];
  readonly #agent: string;
  readonly #sent = new Set<ScriptLine>();
  readonly #answered = new Map<string, () => void>();

  constructor(platform: FakePlatform, script: readonly ScriptLine[], agent: string) {
    this.#platform = platform;
    this.#script = script;
    this.#agent = agent;
    for (const peer of new Set(script.map((line) => line.peer))) {
      if (peer === '') continue;
      platform.play(peer, (message, send) => {
        this.#receive(peer, message, send);
      });
    }
  }

  /**
   * Asks of the agent, one after another, what was asked of it outside its own calls, or only what was asked before it
   * called a method itself; settles with the last answer.
   */
  async rest(before?: string): Promise<void> {
    for (const line of this.#script) {
      if (line.byAgent && before !== undefined && calls(line, before)) return;
      if (!line.byAgent && rpcOf(line)?.kind === 'request' && !this.#sent.has(line)) await this.#ask(line);
    }
  }

  #ask(line: ScriptLine): Promise<void> {
    this.#sent.add(line);
    const { peer, frames } = line;
    this.#platform.send(this.#agent, { peer, id: at(frames, 3), subsystem: 'RPC', args: frames.slice(5) });
    const rpc = rpcOf(line);
    if (rpc?.kind !== 'request' || rpc.id === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.#answered.set(String(rpc.id), resolve);
    });
  }

  #receive(peer: string, { id, args }: VipMessage, send: (message: OutgoingMessage) => void): void {
    const element = classifyRpc(parseLooseJson(at(args, 0)));
    if (element.kind === 'response') this.#answered.get(String(element.id))?.();
    else if (element.kind === 'request') void this.#answer(peer, element, id, send);
  }

  /** Where the capture answers the call that stands there; -1 when it does not. */
  #answerTo(begin: number): number {
    const call = this.#script[begin] && rpcOf(this.#script[begin]);
    return this.#script.findIndex((line) => {
      const rpc = rpcOf(line);
      return !line.byAgent && rpc?.kind === 'response' && call?.kind === 'request' && rpc.id === call.id;
    });
  }

  async #answer(
    peer: string,
    { id: ownId, method }: Extract<RpcElement, { kind: 'request' }>,
    id: string,
    send: (message: OutgoingMessage) => void,
  ): Promise<void> {
    const begin = this.#script.findIndex((line) => line.byAgent && line.peer === peer && calls(line, method));
    const end = this.#answerTo(begin);
    if (end < 0) return;
    for (const line of this.#script.slice(begin, end)) {
      if (!line.byAgent && line.peer === peer && rpcOf(line)?.kind === 'request') await this.#ask(line);
    }
    const answer = parseLooseJson(at(this.#script[end]?.frames ?? [], 5)) as Record<string, unknown>;
    const text = new TextEncoder().encode(JSON.stringify({ ...answer, id: ownId }));
    send({ peer: this.#agent, id, subsystem: 'RPC', args: [text] });
  }
}

/** A message of an agent as what it says: without ids, and calls by value. */
export function saidBy(peer: string, subsystem: string, args: readonly Uint8Array[]): unknown[] {
  if (subsystem !== 'RPC') return [peer, subsystem, ...args.map((arg) => valueOf(arg))];
  const said = valueOf(args[0] ?? new Uint8Array()) as Record<string, unknown>;
  return [peer, subsystem, Object.fromEntries(Object.entries(said).filter(([name]) => name !== 'id'))];
}

const valueOf = (frame: Uint8Array): unknown =>
  /^[[{]/.test(decodeText(frame)) ? parseLooseJson(decodeText(frame)) : decodeText(frame);
