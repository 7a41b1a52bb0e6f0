import { describe, expect, it } from 'vitest';
import {
  decodeMessage,
  decodePublishBody,
  decodeText,
  encodeMessage,
  encodeText,
  equalsAscii,
  parseLooseJson,
} from '@volttron-ts/vip-core';
import type { VipMessage } from '@volttron-ts/vip-core';
import { agentCases } from '../src/agent-cases.ts';
import { GoldenAgent } from '../src/golden-agent.ts';
import { readScenario } from '../src/golden-files.ts';
import { saysTheSame, shown } from '../src/python-frame.ts';

/** What others sent to golden.two, and what golden.two answered, in order. */
function exchange(file: string): { asked: { from: string; frames: Uint8Array[] }[]; answered: VipMessage[] } {
  const sent = readScenario(file).filter(({ direction, peer }) => direction === 'in' && peer !== 'platform.auth');
  const asked = sent.filter(
    ({ frames }) => decodeText(frames[0]!) === 'golden.two' && decodeText(frames[4]!) !== 'error',
  );
  const callers = new Set(asked.map(({ peer }) => peer));
  const answered = sent
    .filter(({ peer, frames }) => peer === 'golden.two' && callers.has(decodeText(frames[0]!)))
    .map(({ frames }) => decodeMessage(frames));
  return { asked: asked.map(({ peer, frames }) => ({ from: peer, frames })), answered };
}

/** One argument as a value: JSON by value, without the traceback, which never leaves our process. */
const valueOf = (frame: Uint8Array): unknown =>
  /^[[{]/.test(decodeText(frame)) ? plain(parseLooseJson(decodeText(frame))) : shown(frame);

/** Without what depends on the run: the traceback, and the moment of the last change of health. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => name !== 'exc_tb');
  return Object.fromEntries(kept.map(([name, held]) => [name, name === 'last_updated' ? shapeOf(held) : plain(held)]));
}

const shapeOf = (text: unknown): string => String(text).replaceAll(/\d/g, '0');

/** Without the wording of errors: the type stays. */
function unworded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unworded);
  if (typeof value !== 'object' || value === null) return value;
  const { data, ...rest } = value as { data?: { 'exception.py'?: { exc_type: string; exc_args: unknown[] } } };
  const exception = data?.['exception.py'];
  const codes = exception?.exc_args.filter((argument) => typeof argument === 'number');
  const kept = Object.entries(rest).map(([name, held]) => [name, unworded(held)]);
  return Object.fromEntries([...kept, ...(exception === undefined ? [] : [['type', exception.exc_type, codes]])]);
}

function compare(
  ours: readonly Uint8Array[],
  theirs: readonly Uint8Array[],
  names: readonly string[] | undefined,
): void {
  const their = theirs.map(valueOf);
  const our = ours.map((frame, at) => (saysTheSame(frame, theirs[at] ?? frame) ? their[at] : valueOf(frame)));
  if (names === undefined) expect(our).toEqual(their);
  else expect(our.map(unworded)).toEqual(their.map(unworded));
  for (const name of names ?? []) expect(ours.map(decodeText).join()).toContain(name);
}

/** What our agent answers to one captured message; undefined when the capture has none. */
async function answerOf(rig: GoldenAgent, from: string, frames: Uint8Array[]): Promise<VipMessage> {
  rig.listener.receive(from, frames);
  const id = decodeText(frames[3]!);
  const sent = await rig.listener.until(
    (message) =>
      message.peer === from && decodeText(message.frames[3]!) === id && decodeText(message.frames[0]!) !== '',
  );
  return decodeMessage(sent.frames);
}

describe('our agent in the place of golden.two', () => {
  it.each(agentCases)('answers as the Python agent did: $file', async ({ file, names }) => {
    const { asked, answered } = exchange(file);
    expect(asked.length).toBeGreaterThan(0);
    await using rig = await GoldenAgent.start(asked.map(({ from }) => from));
    for (const [index, { from, frames }] of asked.entries()) {
      const theirs = answered[index]!;
      const ours = await answerOf(rig, from, frames);
      expect([ours.peer, ours.user, ours.subsystem]).toEqual(['golden.two', 'golden.two', theirs.subsystem]);
      compare(ours.args, theirs.args, names);
    }
  });

  it('runs a notification and answers nothing: vip/rpc_notify.json', async () => {
    const [notification] = exchange('vip/rpc_notify.json').asked;
    const [call] = exchange('vip/rpc_call_positional.json').asked;
    await using rig = await GoldenAgent.start(['golden.one']);
    rig.listener.sent = [];
    rig.listener.receive('golden.one', notification!.frames);
    await answerOf(rig, 'golden.one', call!.frames);
    expect(rig.heard).toEqual([9, 5]);
    expect(rig.listener.sent.filter(({ frames }) => decodeText(frames[4]!) === 'RPC')).toHaveLength(1);
  });

  it('gets text whole that the Python router corrupts: vip/raw_rpc_utf8_unescaped.json', async () => {
    const { asked, answered } = exchange('vip/raw_rpc_utf8_unescaped.json');
    await using rig = await GoldenAgent.start(['raw.one']);
    const { args } = await answerOf(rig, 'raw.one', asked[0]!.frames);
    expect(args.map(valueOf)).toEqual([{ jsonrpc: '2.0', id: 'a.b', result: ['é中', 2] }]);
    expect(answered[0]!.args.map(valueOf)).toEqual([{ jsonrpc: '2.0', id: 'a.b', result: ['Ã©ä¸\u00ad', 2] }]);
  });

  it('names the peer in an error about a subsystem, so that Python callers hear it: vip/unknown_subsystem_peer.json', async () => {
    const { asked, answered } = exchange('vip/unknown_subsystem_peer.json');
    await using rig = await GoldenAgent.start(['golden.one']);
    const { subsystem, args } = await answerOf(rig, 'golden.one', asked[0]!.frames);
    const [errno, text, name] = answered[0]!.args.map(decodeText);
    expect([subsystem, ...args.map(decodeText)]).toEqual(['error', errno, text, 'golden.two', name]);
  });

  it('describes a method without the place of its source: vip/rpc_inspect_method.json', async () => {
    const { asked, answered } = exchange('vip/rpc_inspect_method.json');
    await using rig = await GoldenAgent.start(['golden.one']);
    const { args } = await answerOf(rig, 'golden.one', asked[0]!.frames);
    const theirs = valueOf(answered[0]!.args[0]!) as { result: Record<string, unknown> };
    const { source, ...described } = theirs.result;
    expect(source).toBeDefined();
    expect(args.map(valueOf)).toEqual([{ ...theirs, result: described }]);
  });

  it('alerts as the Python agent did: vip/rpc_health.set_status_publish_alert.json', async () => {
    const [alert] = readScenario('vip/rpc_health.set_status_publish_alert.json');
    const topic = decodeText(alert!.frames[6]!);
    const theirs = decodePublishBody(alert!.frames[7]!);
    await using rig = await GoldenAgent.start(['golden.one']);
    const body = encodeText(JSON.stringify({ prefix: 'alerts/', bus: '' }));
    const args = [encodeText('subscribe'), body];
    rig.listener.receive('golden.one', encodeMessage({ peer: '', id: 's', subsystem: 'pubsub', args }));
    await rig.agent.vip.health.sendAlert('akey', 'ctx');
    const { frames } = await rig.listener.until(
      ({ peer, frames: [, , , , , operation] }) => peer === 'golden.one' && equalsAscii(operation, 'publish'),
    );
    const ours = decodePublishBody(frames[7]!);
    expect(decodeText(frames[6]!)).toBe(topic);
    expect(ours.headers).toMatchObject(theirs.headers);
    expect(plain(JSON.parse(String(ours.message)))).toEqual(plain(JSON.parse(String(theirs.message))));
  });

  it('beats as the Python agent did: vip/heartbeat_publish.json', async () => {
    const [beat] = readScenario('vip/heartbeat_publish.json').filter(({ direction }) => direction === 'out');
    const [theirs] = [valueOf(beat!.frames[7]!)] as { headers: Record<string, string> }[];
    await using rig = await GoldenAgent.start([]);
    const { args } = await rig.heartbeat();
    expect(args.slice(0, 2).map(decodeText)).toEqual(['publish', 'heartbeat/golden.two']);
    const [ours] = [valueOf(args[2]!)] as { headers: Record<string, string> }[];
    expect(ours!.headers['TimeStamp']).toBe('2014-10-13T10:33:00.000000+00:00');
    expect(theirs!.headers['TimeStamp']).toHaveLength(ours!.headers['TimeStamp']!.length);
    const TimeStamp = theirs!.headers['TimeStamp'];
    expect({ ...ours, headers: { ...ours!.headers, TimeStamp } }).toEqual(theirs);
  });

  it('says goodbye as the Python agent did: vip/peer_disconnect_clean_stop_golden.tcp.json', async () => {
    await using rig = await GoldenAgent.start(['golden.one']);
    const isDrop = (frames: readonly Uint8Array[]): boolean =>
      frames.slice(4).map(decodeText).join() === 'peerlist,drop,golden.two';
    rig.listener.receive(
      'golden.one',
      encodeMessage({ peer: '', id: 'l', subsystem: 'peerlist', args: [encodeText('list')] }),
    );
    await rig.agent.stop();
    const { peer } = await rig.listener.until(({ frames }) => isDrop(frames));
    expect(['golden.one', 'platform.health']).toContain(peer);
  });
});
