import { describe, expect, it } from 'vitest';
import { startOurAgent } from './support/our-agent.ts';
import { OurPlatform } from './support/our-platform.ts';
import { lines } from './support/python-line.ts';
import { PythonPeer } from './support/python-peer.ts';
import { PythonPlatform } from './support/python-platform.ts';
import { shared } from './support/shared.ts';

const WORDS = { é: 'é', 中: ['中', '😀'], nothing: null };
const TOPIC = 'devices/é/中/😀/all';
const MILLION = 'x'.repeat(1_000_000);

describe('words and sizes between agents of ours', () => {
  const rig = shared(async (stack) => {
    const { home } = await OurPlatform.start(stack, ['one', 'two']);
    const one = await startOurAgent(stack, { home, identity: 'one' });
    return { one: one.agent.vip, two: await startOurAgent(stack, { home, identity: 'two' }) };
  });

  it('pass as é, 中 and 😀, in topics, methods’ arguments and results', async () => {
    const { one, two } = await rig();
    expect(await one.rpc.call('two', 'echo', [WORDS])).toEqual(WORDS);
    await two.listen('devices/é/中');
    await one.pubsub.publish(TOPIC, [WORDS, {}], { headers: { note: '😀' } });
    expect(await two.heard(({ topic }) => topic === TOPIC)).toMatchObject({ values: WORDS, headers: { note: '😀' } });
  });

  it('refuse U+0000 in a topic by its name, and carry it in payloads', async () => {
    const { one } = await rig();
    await expect(one.pubsub.publish('a\u0000b', 1)).rejects.toThrow('U+0000');
    expect(await one.rpc.call('two', 'echo', ['a\u0000b'])).toBe('a\u0000b');
  });

  it('pass with 10 MB in a call and in a publication', async () => {
    const { one, two } = await rig();
    const big = 'x'.repeat(10_000_000);
    expect((await one.rpc.call('two', 'echo', [big])) === big).toBe(true);
    await two.listen('big/');
    await one.pubsub.publish('big/all', [{ big }, {}]);
    const heard = await two.heard(({ topic }) => topic === 'big/all');
    expect((heard.values as { big: string }).big === big).toBe(true);
  });
});

describe.each(lines)('words and sizes between an agent of ours and one of $name', (line) => {
  const routers = {
    ours: shared(async (stack) => {
      const platform = await OurPlatform.start(stack, ['ours', 'python']);
      const ours = await startOurAgent(stack, { home: platform.home, identity: 'ours' });
      const python = await PythonPeer.start(stack, line, await platform.settings('python'));
      return { ours, python: await python.connected() };
    }),
    theirs: shared(async (stack) => {
      const platform = await PythonPlatform.start(stack, line, ['ours', 'python']);
      const { environment, peersHome: home } = platform;
      const ours = await startOurAgent(stack, { home, identity: 'ours', environment });
      const python = await PythonPeer.start(stack, line, await platform.settings('python'));
      return { ours, python: await python.connected() };
    }),
  };

  describe.each(['ours', 'theirs'] as const)('on a router of %s', (router) => {
    const rig = routers[router];

    it('pass as é, 中 and 😀 in calls, both ways', async () => {
      const { ours, python } = await rig();
      expect(await ours.agent.vip.rpc.call('python', 'echo', [WORDS])).toMatchObject({ args: [WORDS] });
      expect(await python.call('ours', 'echo', WORDS)).toEqual(WORDS);
    });

    it('pass as é, 中 and 😀 in publications, both ways', async () => {
      const { ours, python } = await rig();
      const message = [WORDS, {}];
      await python.ask('subscribe', { prefix: 'words/ours' });
      await ours.agent.vip.pubsub.publish('words/ours', message, { headers: { note: '😀' } });
      const told = await python.event('publication', { topic: 'words/ours' });
      expect(told).toMatchObject({ message, headers: { note: '😀' } });
      await ours.listen('words/python');
      await python.ask('publish', { topic: 'words/python', message, headers: { note: '😀' } });
      const heard = await ours.heard(({ topic }) => topic === 'words/python');
      expect(heard).toMatchObject({ values: WORDS, headers: { note: '😀' } });
    });

    it('pass as é in a topic of the Python agent', async () => {
      const { ours, python } = await rig();
      await ours.listen('topics/é');
      await python.ask('publish', { topic: 'topics/é', message: [WORDS, {}] });
      expect(await ours.heard(({ topic }) => topic === 'topics/é')).toMatchObject({ values: WORDS });
    });

    it('pass with 1 MB, both ways', async () => {
      const { ours, python } = await rig();
      expect(await ours.agent.vip.rpc.call('python', 'echo', [MILLION])).toMatchObject({ args: [MILLION] });
      expect(await python.call('ours', 'echo', MILLION)).toBe(MILLION);
      await python.ask('subscribe', { prefix: 'big/ours' });
      await ours.agent.vip.pubsub.publish('big/ours', [MILLION]);
      expect(await python.event('publication', { topic: 'big/ours' })).toMatchObject({ message: [MILLION] });
      await ours.listen('big/python');
      await python.ask('publish', { topic: 'big/python', message: [{ big: MILLION }, {}] });
      expect(await ours.heard(({ topic }) => topic === 'big/python')).toMatchObject({ values: { big: MILLION } });
    });
  });
});
