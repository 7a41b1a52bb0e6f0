import { describe, expect, it } from 'vitest';
import { encodeText } from '@volttron-ts/vip-core';
import { Router } from '@volttron-ts/router';
import { FakeListener } from '../src/fake-listener.ts';
import { readGolden, readScenario } from '../src/golden-files.ts';
import { reprinted, saysTheSame } from '../src/python-frame.ts';
import { replay, silent } from '../src/replay.ts';
import { platformCases, routerCases } from '../src/router-cases.ts';

describe('our router', () => {
  const plain = routerCases.filter(({ ours }) => ours === undefined);
  it.each(plain)('sends what the Python router sent: $file', async ({ file, ...options }) => {
    const { ours, theirs } = await replay(file, options);
    expect(ours).toEqual(theirs);
  });

  const ofThePlatform = platformCases.filter(({ ours }) => ours === undefined);
  it.each(ofThePlatform)(
    'sends what the Python router sent around its services: $file',
    async ({ file, ...options }) => {
      const { ours, theirs } = await replay(file, options);
      expect(ours).toEqual(theirs);
    },
  );

  it('is sent something in every scenario', () => {
    expect(
      [...routerCases, ...platformCases].filter(
        ({ file }) => !readScenario(file).some(({ direction }) => direction === 'in'),
      ),
    ).toEqual([]);
  });

  const cut = [...routerCases, ...platformCases].filter((scenario) => scenario.cut === true);
  it.each(cut)('sends what the Python router sent, and the answer that the capture lacks: $file', async (scenario) => {
    const { ours, theirs } = await replay(scenario.file, scenario);
    const wanted = { ...theirs };
    for (const [peer, answers] of Object.entries(scenario.ours ?? {})) {
      wanted[peer] = [...(theirs[peer] ?? []), ...answers.map((frames) => [...frames])];
    }
    expect(ours).toEqual(wanted);
  });

  const differing = [...routerCases, ...platformCases].filter(({ because }) => because !== undefined);
  it.each(differing)('differs on purpose: $file, for $because', async ({ file, ours: wanted, ...options }) => {
    const { ours } = await replay(file, options);
    expect(Object.fromEntries(Object.entries(ours).filter(([, sent]) => sent.length > 0))).toEqual(wanted);
  });

  it('keeps the first of two peers with one identity and closes the second', async () => {
    const listener = new FakeListener();
    const router = new Router({
      routingId: 'router',
      log: silent,
      properties: () => ({}),
    });
    await router.listen(listener);
    listener.connect('raw.one');
    listener.connect('raw.one');
    expect(listener.closed).toEqual(['raw.one: identity in use']);
    listener.receive('raw.one', ['', 'VIP1', '', 'o1', 'ping', 'ping'].map(encodeText));
    expect(listener.sent.map(({ peer }) => peer)).toEqual(['raw.one']);
  });
});

interface Transformed {
  readonly sent_b64: string;
  readonly received_b64: string;
}

const table = (JSON.parse(readGolden('vip_frame_transform_table.json')) as Transformed[]).map((row) => ({
  ...row,
  sent: new Uint8Array(Buffer.from(row.sent_b64, 'base64')),
  received: new Uint8Array(Buffer.from(row.received_b64, 'base64')),
}));

describe('frames that the Python router reprints', () => {
  it.each(table)('$sent_b64 is known to become $received_b64', ({ sent, received }) => {
    expect(saysTheSame(sent, received)).toBe(true);
    const value = Buffer.from(sent).toString('latin1').trimStart();
    if (!/^[[{]/.test(value)) expect([...reprinted(sent)]).toEqual([...received]);
  });

  it.each(table)('$sent_b64 passes our router untouched', async ({ sent }) => {
    const listener = new FakeListener();
    const router = new Router({
      routingId: 'router',
      log: silent,
      properties: () => ({}),
    });
    await router.listen(listener);
    for (const peer of ['raw.one', 'raw.two']) listener.connect(peer);
    listener.receive('raw.one', [...['raw.two', 'VIP1', '', 'tt', 'xsub'].map(encodeText), sent]);
    expect(listener.sent.map(({ frames }) => [...(frames[5] ?? [])])).toEqual([[...sent]]);
  });
});
