import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startOurAgent } from './support/our-agent.ts';
import type { OurAgent } from './support/our-agent.ts';
import { OurPlatform, scratch } from './support/our-platform.ts';
import { lines } from './support/python-line.ts';
import { PythonPeer } from './support/python-peer.ts';

describe.each(lines)('an agent of $name on our router', (line) => {
  let stack: AsyncDisposableStack;
  let platform: OurPlatform;
  let ours: OurAgent;
  let python: PythonPeer;

  beforeAll(async () => {
    stack = new AsyncDisposableStack();
    platform = await OurPlatform.start(stack, ['python', 'ours']);
    ours = await startOurAgent(stack, { home: platform.home, identity: 'ours' });
    python = await PythonPeer.start(line, await scratch(stack), await platform.settings('python'));
    stack.defer(async () => python.stop());
    await python.connected();
  });

  afterAll(async () => stack.disposeAsync());

  it('is greeted by its name', async () => {
    const [version, router, identity] = (await python.ask('hello')) as unknown[];
    expect([version, typeof router, identity]).toEqual([1, 'string', 'python']);
    expect(await python.ask('hello', { peer: 'ours' })).toEqual([1, 'ours', 'python']);
  });

  it('pings the router and an agent of ours, and is pinged', async () => {
    expect(await python.ask('ping')).toBeTruthy();
    expect(await python.ask('ping', { peer: 'ours' })).toBeTruthy();
    await ours.agent.vip.ping('python');
  });

  it('sees an agent of ours among its peers, and is seen', async () => {
    expect(await python.ask('peers')).toEqual(expect.arrayContaining(['ours', 'python']));
    expect(await ours.agent.vip.peerlist.list()).toContain('python');
  });

  it('calls methods of an agent of ours, which sees who calls', async () => {
    expect(await python.call('ours', 'double', 21)).toBe(42);
    expect(ours.callers.at(-1)).toMatchObject({ peer: 'python', user: 'python' });
    await expect(python.call('ours', 'fail')).rejects.toThrow('this method always fails');
    await expect(python.call('ours', 'nosuch')).rejects.toThrow('nosuch');
    expect(await python.call('ours', 'agent.version')).toBe('4.5.6');
  });

  if (line.survivesErrors) {
    it('learns at once that nobody has a name', async () => {
      await expect(python.call('nobody', 'double', 1)).rejects.toMatchObject({ type: 'Unreachable' });
    });
  }

  it('answers calls of an agent of ours', async () => {
    const { rpc } = ours.agent.vip;
    expect(await rpc.call('python', 'double', [21])).toBe(42);
    expect(await rpc.call('python', 'echo', ['é'], { kwargs: { x: [1.5, null] } })).toEqual({
      args: ['é'],
      kwargs: { x: [1.5, null] },
    });
    await expect(rpc.call('python', 'fail')).rejects.toThrow('this method always fails');
    await expect(rpc.call('python', 'nosuch')).rejects.toThrow('nosuch');
    expect(await rpc.call('python', 'inspect')).toMatchObject({
      methods: expect.arrayContaining(['double']) as unknown,
    });
  });

  it('hears publications of an agent of ours, until it unsubscribes', async () => {
    await python.ask('subscribe', { prefix: 'devices/ours' });
    const message = [{ SupplyAirTemp: 72.5 }, { SupplyAirTemp: { units: 'F' } }];
    await ours.agent.vip.pubsub.publish('devices/ours/all', message, { headers: { Date: 'today' } });
    expect(await python.event('publication', { topic: 'devices/ours/all' })).toMatchObject({
      sender: 'ours',
      bus: '',
      message,
      headers: { Date: 'today' },
    });
    await python.ask('unsubscribe', { prefix: 'devices/ours' });
    await python.ask('subscribe', { prefix: 'devices/again' });
    await ours.agent.vip.pubsub.publish('devices/ours/late', message);
    await ours.agent.vip.pubsub.publish('devices/again/all', message);
    await python.event('publication', { topic: 'devices/again/all' });
    expect(python.events.filter(({ topic }) => topic === 'devices/ours/late')).toEqual([]);
  });

  it('publishes to an agent of ours', async () => {
    await ours.listen('devices/python');
    await python.ask('publish', { topic: 'devices/python/all', message: [{ x: 1.25 }, {}], headers: { Date: 'now' } });
    expect(await ours.heard(({ topic }) => topic === 'devices/python/all')).toMatchObject({
      sender: 'python',
      values: { x: 1.25 },
      headers: { Date: 'now' },
    });
  });

  it('beats, and its heartbeat is heard', async () => {
    await ours.listen('heartbeat/python');
    const beat = await ours.heard(({ topic }) => topic === 'heartbeat/python');
    expect(beat.sender).toBe('python');
  });

  it('says how it is when asked', async () => {
    await python.ask('set_status', { status: 'BAD', context: 'too warm' });
    const status = await ours.agent.vip.rpc.call('python', 'health.get_status');
    expect(status).toMatchObject({ status: 'BAD', context: 'too warm' });
    expect(await python.call('ours', 'health.get_status')).toMatchObject({ status: 'GOOD' });
  });
});
