import { describe, expect, it } from 'vitest';
import { startOurAgent } from './support/our-agent.ts';
import { OurPlatform } from './support/our-platform.ts';
import { lines } from './support/python-line.ts';
import { PythonPeer } from './support/python-peer.ts';
import { shared } from './support/shared.ts';

describe.each(lines)('an agent of $name on our router', (line) => {
  const rig = shared(async (stack) => {
    const platform = await OurPlatform.start(stack, ['python', 'ours', 'guest']);
    const ours = await startOurAgent(stack, { home: platform.home, identity: 'ours' });
    const python = await PythonPeer.start(stack, line, await platform.settings('python'));
    await python.connected();
    return { platform, ours, python };
  });

  it('is greeted by its name', async () => {
    const { python } = await rig();
    const [version, router, identity] = (await python.ask('hello')) as unknown[];
    expect([version, typeof router, identity]).toEqual([1, 'string', 'python']);
    expect(await python.ask('hello', { peer: 'ours' })).toEqual([1, 'ours', 'python']);
  });

  it('pings the router and an agent of ours, and is pinged', async () => {
    const { ours, python } = await rig();
    expect(await python.ask('ping')).toBeTruthy();
    expect(await python.ask('ping', { peer: 'ours' })).toBeTruthy();
    await ours.agent.vip.ping('python');
  });

  it('sees an agent of ours among its peers, and is seen', async () => {
    const { ours, python } = await rig();
    expect(await python.ask('peers')).toEqual(expect.arrayContaining(['ours', 'python']));
    expect(await ours.agent.vip.peerlist.list()).toContain('python');
  });

  it('calls methods of an agent of ours, which sees who calls', async () => {
    const { ours, python } = await rig();
    expect(await python.call('ours', 'double', 21)).toBe(42);
    expect(ours.callers.at(-1)).toMatchObject({ peer: 'python', user: 'python' });
    await expect(python.call('ours', 'fail')).rejects.toThrow('this method always fails');
    await expect(python.call('ours', 'nosuch')).rejects.toThrow('nosuch');
    expect(await python.call('ours', 'agent.version')).toBe('4.5.6');
  });

  it('learns at once that nobody has a name', async () => {
    const { python } = await rig();
    await expect(python.call('nobody', 'double', 1)).rejects.toMatchObject({ type: 'Unreachable' });
  });

  it('answers calls of an agent of ours', async () => {
    const { ours } = await rig();
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
    const { ours, python } = await rig();
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
    const { ours, python } = await rig();
    await ours.listen('devices/python');
    await python.ask('publish', { topic: 'devices/python/all', message: [{ x: 1.25 }, {}], headers: { Date: 'now' } });
    expect(await ours.heard(({ topic }) => topic === 'devices/python/all')).toMatchObject({
      sender: 'python',
      values: { x: 1.25 },
      headers: { Date: 'now' },
    });
  });

  it('beats, and its heartbeat is heard', async () => {
    const { ours } = await rig();
    await ours.listen('heartbeat/python');
    const beat = await ours.heard(({ topic }) => topic === 'heartbeat/python');
    expect(beat.sender).toBe('python');
  });

  it('says how it is when asked', async () => {
    const { ours, python } = await rig();
    await python.ask('set_status', { status: 'BAD', context: 'too warm' });
    const status = await ours.agent.vip.rpc.call('python', 'health.get_status');
    expect(status).toMatchObject({ status: 'BAD', context: 'too warm' });
    expect(await python.call('ours', 'health.get_status')).toMatchObject({ status: 'GOOD' });
  });

  it('keeps configurations of its own in our store, and is told of its changes to them', async () => {
    const { python } = await rig();
    await python.ask('config_set', { name: 'Unit.one', contents: { setpoint: 21.5 }, trigger_callback: true });
    expect(await python.event('config', { name: 'Unit.one', action: 'NEW' })).toMatchObject({
      contents: { setpoint: 21.5 },
    });
    await python.ask('config_set', { name: 'Unit.one', contents: { setpoint: 22 }, trigger_callback: true });
    expect(await python.event('config', { name: 'Unit.one', action: 'UPDATE' })).toMatchObject({
      contents: { setpoint: 22 },
    });
    expect(await python.ask('config_get', { name: 'unit.ONE' })).toEqual({ setpoint: 22 });
    expect(await python.ask('config_list')).toEqual(['Unit.one']);
    await python.ask('config_delete', { name: 'Unit.one' });
    await python.event('config', { name: 'Unit.one', action: 'DELETE' });
    await expect(python.ask('config_get', { name: 'unit.one' })).rejects.toMatchObject({ type: 'KeyError' });
  });

  it('is told what an operator changes in its configurations, links resolved', async () => {
    const { platform, python } = await rig();
    const store = async (name: string, contents: unknown): Promise<unknown> =>
      platform.operator.call('config.store', 'manage_store', ['python', name, JSON.stringify(contents), 'json']);
    await store('registry', [{ point: 'SupplyAirTemp' }]);
    await python.event('config', { name: 'registry', action: 'NEW' });
    await store('devices/ahu1', { registry: 'config://registry' });
    expect(await python.event('config', { name: 'devices/ahu1', action: 'NEW' })).toMatchObject({
      contents: { registry: [{ point: 'SupplyAirTemp' }] },
    });
    await store('registry', [{ point: 'ReturnAirTemp' }]);
    expect(await python.event('config', { name: 'devices/ahu1', action: 'UPDATE' })).toMatchObject({
      contents: { registry: [{ point: 'ReturnAirTemp' }] },
    });
    await platform.operator.call('config.store', 'manage_delete_store', ['python']);
    await python.event('config', { name: 'devices/ahu1', action: 'DELETE' });
    expect(await python.ask('config_list')).toEqual([]);
  });

  it('is told who comes and who goes', async () => {
    const { platform, python } = await rig();
    await using stack = new AsyncDisposableStack();
    const guest = await startOurAgent(stack, { home: platform.home, identity: 'guest' });
    await python.event('peer added', { peer: 'guest' });
    await guest.agent.stop();
    await python.event('peer dropped', { peer: 'guest' });
  });

  it('asks the platform what it is', async () => {
    const { platform, python } = await rig();
    expect(await python.ask('query', { name: 'instance-name' })).toBe('ours');
    expect(await python.ask('query', { name: 'addresses' })).toContain(platform.address);
    expect(await python.call('platform.control', 'list_agents')).toEqual([]);
    expect(await python.call('control', 'list_agents')).toEqual([]);
  });
});
