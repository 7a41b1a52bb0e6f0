import {
  checker,
  classifyRpc,
  decodeText,
  encodeRpc,
  encodeText,
  equalsAscii,
  InvalidValueError,
  parseLooseJson,
  ProtocolError,
  t,
} from '@volttron-ts/vip-core';
import type { RpcElement, RpcResponse, Static, VipMessage } from '@volttron-ts/vip-core';
import type { Question, Session } from '../session/session.ts';
import type { RpcDispatcher } from './dispatcher.ts';

const SUBSYSTEM = 'external_rpc';
const sendPlatform = encodeText('send_platform');

/** What platforms hand on; each of `args` is JSON-RPC text (vip-zmq.md §2.9). */
const Envelope = t.Object({
  to_platform: t.String({ default: '' }),
  to_peer: t.String({ default: '' }),
  from_platform: t.String(),
  from_peer: t.String(),
  args: t.Array(t.String()),
});
const asEnvelope = checker(Envelope);

/** Calls to and from peers of other platforms, over the routers between them. */
export class ExternalRpc {
  readonly #session: Session;
  readonly #dispatcher: RpcDispatcher;
  /** Whom the calls on their way were for, by their ids. */
  readonly #asked = new Map<string, { readonly platform: string; readonly peer: string }>();

  constructor(session: Session, dispatcher: RpcDispatcher) {
    this.#session = session;
    this.#dispatcher = dispatcher;
    session.handle(SUBSYSTEM, (message) => {
      this.#receive(message);
    });
  }

  /** Sends one call and settles with its response. A platform that nobody knows ends in a time-out at Python routers. */
  async ask(
    platform: string,
    peer: string,
    call: Uint8Array,
    question: Pick<Question, 'id' | 'what' | 'timeoutMs' | 'signal'>,
  ): Promise<RpcResponse> {
    if (platform === '') {
      throw new InvalidValueError('platform', platform, 'A platform needs a name.', 'Give its instance name.');
    }
    const { id, what } = question;
    this.#asked.set(id, { platform, peer });
    try {
      const body = { to_platform: platform, to_peer: peer, from_platform: '', from_peer: '', args: [decodeText(call)] };
      const args = [sendPlatform, encodeRpc(body)];
      const message = await this.#session.ask({ ...question, peer: '', subsystem: SUBSYSTEM, args });
      const response = readEnvelope(message)
        ?.args.map(parse)
        .find((element) => isResponseTo(element, id));
      if (response?.kind === 'response') return response;
      throw new ProtocolError(`The answer to ${what} is no JSON-RPC response.`, { item: what, value: platform });
    } finally {
      this.#asked.delete(id);
    }
  }

  #receive(message: VipMessage): void {
    if (message.peer !== '' || !equalsAscii(message.args[0], 'send_peer')) return;
    const envelope = readEnvelope(message);
    if (envelope === undefined) return;
    const calls: Uint8Array[] = [];
    for (const text of envelope.args) {
      const element = parse(text);
      if (element.kind === 'response') this.#answered(element, envelope, message);
      else calls.push(encodeText(text));
    }
    if (calls.length > 0) void this.#serve(calls, envelope, message);
  }

  #answered({ id }: RpcResponse, { from_platform, from_peer }: Static<typeof Envelope>, message: VipMessage): void {
    const asked = typeof id === 'string' ? this.#asked.get(id) : undefined;
    if (asked?.platform === from_platform && asked.peer === from_peer) this.#session.answer(String(id), message);
  }

  async #serve(calls: readonly Uint8Array[], envelope: Static<typeof Envelope>, message: VipMessage): Promise<void> {
    const { to_platform, to_peer, from_platform, from_peer } = envelope;
    // Python routers pass on whatever user the sender wrote (vip-zmq.md §1.5): a call from outside has no capabilities.
    const caller = { ...message, peer: `${from_platform}.${from_peer}`, user: '', args: calls };
    const answers = await this.#dispatcher.serve(caller);
    if (answers.length === 0) return;
    const body = {
      to_platform: from_platform,
      to_peer: from_peer,
      from_platform: to_platform,
      from_peer: to_peer,
      args: answers.map(decodeText),
    };
    this.#session.tell({ peer: '', id: message.id, subsystem: SUBSYSTEM, args: [sendPlatform, encodeRpc(body)] });
  }
}

function readEnvelope({ args }: VipMessage): Static<typeof Envelope> | undefined {
  const body = args[1];
  return body === undefined
    ? undefined
    : asEnvelope(parseLooseJson(decodeText(body)), 'the body of a call between platforms');
}

/** One of `args`; text that is no JSON is no call, and is answered so. */
function parse(text: string): RpcElement {
  try {
    return classifyRpc(parseLooseJson(text));
  } catch {
    return classifyRpc(text);
  }
}

const isResponseTo = (element: RpcElement, id: string): boolean => element.kind === 'response' && element.id === id;
