import { describe, expect, it } from 'vitest';
import { startOurAgent } from './support/our-agent.ts';
import { lines } from './support/python-line.ts';
import { PythonPeer } from './support/python-peer.ts';
import { PythonPlatform } from './support/python-platform.ts';
import { shared } from './support/shared.ts';

describe.each(lines)('an agent of ours on the router of $name', (line) => {
  const rig = shared(async (stack) => {
    const platform = await PythonPlatform.start(stack, line, ['ours', 'python']);
    const { environment, peersHome: home } = platform;
    const ours = await startOurAgent(stack, { home, identity: 'ours', environment });
    const python = await PythonPeer.start(stack, line, await platform.settings('python'));
    await python.connected();
    return { ours, python };
  });

  it('is greeted by its name, and pings router and peer', async () => {
    const { ours } = await rig();
    expect(await ours.agent.vip.hello('')).toMatch(/^[0-9a-f-]{36}$/);
    await ours.agent.vip.ping('');
    await ours.agent.vip.ping('python');
  });

  it('greets a Python agent, for which the router rewrites the version as it does that of any peer', async () => {
    const { python } = await rig();
    expect(await python.ask('hello', { peer: 'ours' })).toEqual([line.relayedOne, 'ours', 'python']);
  });

  it('asks the platform its name', async () => {
    const { ours } = await rig();
    expect(await ours.agent.vip.query('instance-name')).toBe('python');
  });

  it('sees its peers, and is seen', async () => {
    const { ours, python } = await rig();
    expect(await ours.agent.vip.peerlist.list()).toEqual(expect.arrayContaining(['ours', 'python', 'platform.auth']));
    expect(await python.ask('peers')).toContain('ours');
  });

  it('calls methods of a Python agent and of the platform', async () => {
    const { ours } = await rig();
    const { rpc } = ours.agent.vip;
    expect(await rpc.call('python', 'double', [21])).toBe(42);
    expect(await rpc.call('python', 'echo', ['é'], { kwargs: { x: [1.5, null] } })).toEqual({
      args: ['é'],
      kwargs: { x: [1.5, null] },
    });
    await expect(rpc.call('python', 'fail')).rejects.toThrow('this method always fails');
    expect(await rpc.call('platform.control', 'list_agents')).toEqual([]);
    await expect(rpc.call('nobody', 'double', [1])).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('answers calls of a Python agent', async () => {
    const { ours, python } = await rig();
    expect(await python.call('ours', 'double', 21)).toBe(42);
    await expect(python.call('ours', 'fail')).rejects.toThrow('this method always fails');
    await expect(python.call('ours', 'nosuch')).rejects.toThrow('nosuch');
    expect(ours.callers.at(-1)).toMatchObject({ peer: 'python', user: 'python' });
  });

  it('publishes to a Python agent, and hears it', async () => {
    const { ours, python } = await rig();
    await python.ask('subscribe', { prefix: 'devices/ours' });
    const message = [{ SupplyAirTemp: 72.5 }, { SupplyAirTemp: { units: 'F' } }];
    await ours.agent.vip.pubsub.publish('devices/ours/all', message, { headers: { Date: 'today' } });
    const heard = await python.event('publication', { topic: 'devices/ours/all' });
    expect(heard).toMatchObject({ sender: 'ours', message, headers: { Date: 'today' } });

    await ours.listen('devices/python');
    await python.ask('publish', { topic: 'devices/python/all', message: [{ x: 1.25 }, {}], headers: { Date: 'now' } });
    const reading = await ours.heard(({ topic }) => topic === 'devices/python/all');
    expect(reading).toMatchObject({ sender: 'python', values: { x: 1.25 }, headers: { Date: 'now' } });
  });

  it('beats, is well, and is asked how it is', async () => {
    const { ours, python } = await rig();
    await python.ask('subscribe', { prefix: 'heartbeat/ours' });
    ours.agent.vip.health.setStatus('BAD', 'too warm');
    expect(await python.event('publication', { topic: 'heartbeat/ours' })).toMatchObject({ message: 'BAD' });
    expect(await python.call('ours', 'health.get_status')).toMatchObject({ status: 'BAD', context: 'too warm' });
    expect(await python.call('ours', 'agent.version')).toBe('4.5.6');
  });

  it('keeps its configurations in the Python store, and is told of changes', async () => {
    const { ours } = await rig();
    const { config } = ours.agent.vip;
    const changes: unknown[] = [];
    let told: () => void = () => undefined;
    const stop = config.subscribe({ pattern: 'unit*' }, (change) => {
      changes.push(change);
      told();
    });
    await config.set('unit.one', { setpoint: 21.5 }, { triggerCallback: true });
    while (changes.length === 0) await new Promise<void>((resolve) => (told = resolve));
    expect(changes).toEqual([expect.objectContaining({ name: 'unit.one', action: 'NEW' })]);
    expect(config.get('unit.one')).toEqual({ setpoint: 21.5 });
    await config.delete('unit.one');
    expect(config.list()).toEqual([]);
    stop();
  });
});
