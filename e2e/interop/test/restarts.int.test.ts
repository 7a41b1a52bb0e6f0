import { describe, expect, it } from 'vitest';
import { startOurAgent } from './support/our-agent.ts';
import { OurPlatform } from './support/our-platform.ts';
import { lines } from './support/python-line.ts';
import { PythonPeer } from './support/python-peer.ts';
import { PythonPlatform } from './support/python-platform.ts';

describe.each(lines)('after a crash of the router and its restart', (line) => {
  it(`an agent of ours goes on, on the router of ${line.name}`, async () => {
    await using stack = new AsyncDisposableStack();
    const platform = await PythonPlatform.start(stack, line, ['ours', 'python']);
    const { environment, peersHome: home } = platform;
    const ours = await startOurAgent(stack, { home, identity: 'ours', environment });
    await ours.listen('devices/');
    await platform.kill();
    await platform.restart();
    await ours.agent.vip.hello('');
    const python = await PythonPeer.start(stack, line, await platform.settings('python'));
    await python.connected();
    expect(await python.call('ours', 'double', 21)).toBe(42);
    await python.ask('publish', { topic: 'devices/a/all', message: [{ x: 1.25 }, {}] });
    expect(await ours.heard(({ topic }) => topic === 'devices/a/all')).toMatchObject({ values: { x: 1.25 } });
    expect(await ours.agent.vip.rpc.call('python', 'double', [21])).toBe(42);
  });

  if (line.module === 'line_10') {
    it(`an agent of ${line.name} goes on, on our router`, async () => {
      await using stack = new AsyncDisposableStack();
      const platform = await OurPlatform.start(stack, ['ours', 'python']);
      const ours = await startOurAgent(stack, { home: platform.home, identity: 'ours' });
      const python = await PythonPeer.start(stack, line, await platform.settings('python'));
      await python.connected();
      await python.ask('subscribe', { prefix: 'devices/' });
      await platform.kill();
      await platform.restart();
      await ours.listen('heartbeat/python');
      await ours.heard(({ topic }) => topic === 'heartbeat/python');
      expect(await python.call('ours', 'double', 21)).toBe(42);
      await ours.agent.vip.pubsub.publish('devices/a/all', [{ x: 1.25 }, {}]);
      expect(await python.event('publication', { topic: 'devices/a/all' })).toMatchObject({ sender: 'ours' });
      expect(await ours.agent.vip.rpc.call('python', 'double', [21])).toBe(42);
    });
  } else {
    it(`an agent of ${line.name}, which gives up after 50 tries in 0.7 s, is back once it is started again`, async () => {
      await using stack = new AsyncDisposableStack();
      const platform = await OurPlatform.start(stack, ['ours', 'python']);
      const ours = await startOurAgent(stack, { home: platform.home, identity: 'ours' });
      const python = await PythonPeer.start(stack, line, await platform.settings('python'));
      await python.connected();
      await platform.kill();
      await platform.restart();
      await python.stop();
      const again = await PythonPeer.start(stack, line, await platform.settings('python'));
      await again.connected();
      expect(await ours.agent.vip.rpc.call('python', 'double', [21])).toBe(42);
    });
  }
});
