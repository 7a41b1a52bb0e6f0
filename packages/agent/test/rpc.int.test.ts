import { describe, expect, it } from 'vitest';
import { t } from '@volttron-ts/agent';
import { FakePlatform, startTestAgent, texts } from '@volttron-ts/agent/testing';
import type { TestAgent } from '@volttron-ts/agent/testing';
import { encodeText, parseLooseJson } from '@volttron-ts/vip-core';
import { agentThat, callAgent, turns, welcomed } from './helpers.ts';

interface Request {
  id: string;
  method: string;
  params: unknown;
}

/** A platform whose peer `other` answers each call with what the test gives. */
function withOther(answer: (request: Request) => unknown): FakePlatform {
  const platform = new FakePlatform();
  platform.play('other', ({ peer, id, args }, send) => {
    const request = parseLooseJson(texts({ args } as never)[0]) as Request;
    const said = answer(request);
    if (said === undefined) return;
    const text = JSON.stringify({ jsonrpc: '2.0', id: request.id, ...said });
    send({ peer, id, subsystem: 'RPC', args: [encodeText(text)] });
  });
  return platform;
}

async function started(platform: FakePlatform): Promise<TestAgent> {
  const agent = startTestAgent(platform, agentThat());
  await welcomed(platform);
  return agent;
}

describe('rpc.call', () => {
  it('passes positional, named and mixed arguments and answers the result', async () => {
    await using agent = await started(withOther(({ params }) => ({ result: params })));
    const { rpc } = agent.vip;
    expect(await rpc.call('other', 'm', [1, 'é'])).toEqual([1, 'é']);
    expect(await rpc.call('other', 'm', { a: 1 })).toEqual({ a: 1 });
    expect(await rpc.call('other', 'm', [1], { kwargs: { a: 2 } })).toEqual({ '*args': [1], '**kwargs': { a: 2 } });
  });

  it('uses ids that no Python router takes for a number', async () => {
    const platform = withOther(() => ({ result: 1 }));
    await using agent = await started(platform);
    await agent.vip.rpc.call('other', 'm');
    const { id } = await platform.message(({ peer }) => peer === 'other');
    expect(id).toMatch(/^r\.[a-z]/);
  });

  it.each([
    [{ code: -32601, message: 'unimplemented method' }, 'unknown-method'],
    [{ code: -32001, message: 'no' }, 'unauthorized'],
    [
      {
        code: -32000,
        message: 'unhandled exception',
        data: { 'exception.py': { exc_type: 'volttron.platform.jsonrpc.Error', exc_args: [-32001, 'not you'] } },
      },
      'unauthorized',
    ],
    [{ code: -32000, message: 'unhandled exception', data: { detail: 'boom' } }, 'remote'],
    [{ code: -32602, message: 'bad' }, 'remote'],
  ])('rejects %j with the code %s', async (error, code) => {
    await using agent = await started(withOther(() => ({ error })));
    await expect(agent.vip.rpc.call('other', 'm')).rejects.toMatchObject({ code });
  });

  it('rejects at once when nobody has the identity', async () => {
    await using agent = await started(new FakePlatform());
    await expect(agent.vip.rpc.call('nobody', 'm')).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('rejects when no answer comes in time, when its signal aborts, and when the connection is lost', async () => {
    const platform = withOther(() => undefined);
    await using agent = await started(platform);
    const late = agent.vip.rpc.call('other', 'm', [], { timeoutMs: 500 });
    const abort = new AbortController();
    const aborted = agent.vip.rpc.call('other', 'm', [], { signal: abort.signal });
    const lost = agent.vip.rpc.call('other', 'm');
    await turns();
    abort.abort(new Error('enough'));
    agent.clock.step(500);
    platform.cut('agent');
    await expect(late).rejects.toMatchObject({ code: 'timeout' });
    await expect(aborted).rejects.toThrow('enough');
    await expect(lost).rejects.toMatchObject({ code: 'closed' });
  });

  it('waits for the connection', async () => {
    const platform = withOther(() => ({ result: 1 }));
    await using agent = await started(platform);
    platform.cut('agent');
    const called = agent.vip.rpc.call('other', 'm');
    platform.admit('agent');
    expect(await called).toBe(1);
  });

  it('takes an answer from nobody but the peer that was asked', async () => {
    const platform = withOther(() => undefined);
    platform.play('mallory', () => undefined);
    await using agent = await started(platform);
    const called = agent.vip.rpc.call('other', 'm');
    const { id } = await platform.message(({ peer }) => peer === 'other');
    const answer = (from: string, result: number): void => {
      const text = JSON.stringify({ jsonrpc: '2.0', id, result });
      platform.send('agent', { peer: from, id, subsystem: 'RPC', args: [encodeText(text)] });
    };
    answer('mallory', 666);
    answer('other', 1);
    expect(await called).toBe(1);
  });

  it('rejects an answer that is none', async () => {
    const platform = new FakePlatform();
    platform.play('other', ({ peer, id }, send) => {
      send({ peer, id, subsystem: 'RPC', args: [] });
    });
    await using agent = await started(platform);
    await expect(agent.vip.rpc.call('other', 'm')).rejects.toMatchObject({ code: 'protocol' });
  });

  it('notifies without an id', async () => {
    const platform = withOther(() => undefined);
    await using agent = await started(platform);
    agent.vip.rpc.notify('other', 'm', [1]);
    const message = await platform.message(({ peer }) => peer === 'other');
    expect(message.id).toBe('');
    expect(texts(message)).toEqual(['{"jsonrpc":"2.0","method":"m","params":[1]}']);
  });
});

describe('what every agent answers', () => {
  it('exports the methods that Python agents export, and tells its version', async () => {
    const platform = new FakePlatform();
    await using agent = await started(platform);
    const { result } = await callAgent(platform, 'inspect');
    expect((result as { methods: string[] }).methods).toEqual(
      expect.arrayContaining([
        'agent.version',
        'health.set_status',
        'health.get_status',
        'health.get_status_json',
        'health.send_alert',
        'heartbeat.start',
        'heartbeat.start_with_period',
        'heartbeat.stop',
        'heartbeat.restart',
        'heartbeat.set_period',
        'auth.update',
      ]),
    );
    expect(await callAgent(platform, 'agent.version')).toMatchObject({ result: '1.2.3' });
    expect(agent.vip.identity).toBe('agent');
  });

  it('says hello and pong to peers', async () => {
    const platform = new FakePlatform();
    await using agent = await started(platform);
    platform.play('other', () => undefined);
    platform.send('agent', { peer: 'other', id: 'o1', subsystem: 'hello', args: [encodeText('hello')] });
    platform.send('agent', { peer: 'other', id: 'o2', subsystem: 'ping', args: ['ping', 'x'].map(encodeText) });
    expect(texts(await platform.message(({ id }) => id === 'o1'))).toEqual(['welcome', '1.0', 'agent', 'other']);
    expect(texts(await platform.message(({ id }) => id === 'o2'))).toEqual(['pong', 'x']);
    expect(agent.vip.pubsub.outstanding).toBe(0);
  });

  it('lets what run made be called', async () => {
    const platform = new FakePlatform();
    const definition = agentThat(({ vip }) => {
      vip.rpc.export('twice', { params: t.Tuple([t.Number({ title: 'n' })]), call: ([n], { peer }) => [2 * n, peer] });
      return Promise.resolve();
    });
    await using agent = startTestAgent(platform, definition);
    await welcomed(platform);
    expect(await callAgent(platform, 'twice', [4])).toMatchObject({ result: [8, 'caller'] });
    expect(await callAgent(platform, 'twice', ['x'])).toMatchObject({ error: { code: -32000 } });
    expect(agent.vip.identity).toBe('agent');
  });
});

describe('a service of a platform', () => {
  it('takes the messages of its own subsystem, and knows at any moment itself who may do what', async () => {
    const platform = new FakePlatform();
    platform.play('other', () => undefined);
    const taken: string[][] = [];
    let held: Record<string, null> = { edit: null };
    const definition = agentThat(({ vip }) => {
      vip.rpc.export('guarded', { requires: 'edit', params: t.Tuple([]), call: () => 'done' });
      return Promise.resolve();
    });
    await using agent = startTestAgent(platform, definition, {
      subsystems: { channel: (message) => taken.push([message.peer, ...texts(message)]) },
      capabilitiesOf: (user) => (user === 'caller' ? held : {}),
    });
    await welcomed(platform);
    platform.send('agent', { peer: 'other', id: 'o1', subsystem: 'channel', args: [encodeText('open')] });
    expect(await callAgent(platform, 'guarded')).toMatchObject({ result: 'done' });
    expect(await callAgent(platform, 'guarded', [], { from: 'other' })).toMatchObject({ error: { code: -32000 } });
    held = {};
    expect(await callAgent(platform, 'guarded')).toMatchObject({ error: { code: -32000 } });
    expect(taken).toEqual([['other', 'open']]);
    expect(agent.log.lines.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it('goes on when what takes a message throws, at once or later', async () => {
    const platform = new FakePlatform();
    platform.play('other', () => undefined);
    const subsystems = {
      journal: () => {
        throw new Error('at once');
      },
      channel: () => Promise.reject(new Error('later')),
    };
    await using agent = startTestAgent(platform, agentThat(), { subsystems });
    await welcomed(platform);
    for (const subsystem of ['journal', 'channel']) {
      platform.send('agent', { peer: 'other', id: 'o1', subsystem, args: [] });
    }
    expect(await callAgent(platform, 'agent.version')).toMatchObject({ result: '1.2.3' });
    const reasons = agent.log.lines.flatMap(({ fields }) => (fields.peer === 'other' ? [fields.reason] : []));
    expect(reasons).toEqual(['Error: at once', 'Error: later']);
  });
});

describe('peers', () => {
  it('lists, asks and hears of them', async () => {
    const platform = new FakePlatform();
    await using agent = await started(platform);
    await using other = startTestAgent(platform, agentThat(), { identity: 'other' });
    await welcomed(platform, 1, 'other');
    expect(await agent.vip.peerlist.list()).toEqual(['agent', 'other']);
    expect(await agent.vip.hello('other')).toBe('other');
    expect(await agent.vip.query('instance-name')).toBe('campus');
    expect(await agent.vip.query('nope')).toBeUndefined();
    await agent.vip.ping('other');
    const changes: string[] = [];
    const stop = agent.vip.peerlist.onChange((change, peer) => changes.push(`${change} ${peer}`));
    const tell = (...words: string[]): void => {
      platform.send('agent', { peer: '', id: '', subsystem: 'peerlist', args: words.map(encodeText) });
    };
    tell('add', 'one');
    tell('drop', 'one', 'zmq');
    await turns();
    stop();
    tell('add', 'two');
    await turns();
    expect(changes).toEqual(['add one', 'drop one']);
    expect(other.vip.identity).toBe('other');
  });
});
