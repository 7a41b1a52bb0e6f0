import { expect, it } from 'vitest';

import type { OrderMeta } from '../plugin/certificate-plugin.ts';
import { frozen } from './test-order.ts';
import type { RigSource } from './plugin-rig.ts';
import { orderMethods } from './plugin-result-checks.ts';

/** Name, configuration, a plugin's life. */
export function definitionChecks(rig: RigSource): void {
  it('has a name that the configuration of an instance can hold', () => {
    expect(rig().tested.definition.name).toMatch(/^(@[a-z0-9-]+\/)?[a-z0-9][a-z0-9._-]*$/);
  });

  it('has the five methods of every plugin', () => {
    const { plugin } = rig();
    for (const method of ['supports', ...orderMethods] as const) expect(typeof plugin[method], method).toBe('function');
  });

  it('has capabilities that are methods, or lacks them', () => {
    const { plugin } = rig();
    for (const method of ['getCaInfo', 'createCa', 'deleteCa', 'close'] as const) {
      expect(['function', 'undefined']).toContain(typeof plugin[method]);
    }
  });

  it('refuses an option that it does not know, and names it', async () => {
    const config = { ...rig().tested.config, 'no-such-option': 1 };
    const refusal: unknown = await rig()
      .make(config)
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    expect(refusal).toBeInstanceOf(Error);
    expect((refusal as Error).message).toContain('no-such-option');
  });

  it('can be made again over what it has kept, as after a crash', async () => {
    const order = await rig().order();
    await rig().issue(order);
    await rig().open();
    expect(await rig().plugin.supports(order.orderMeta)).toBe(true);
  });

  it('can be closed twice', async () => {
    const { plugin } = rig();
    await plugin.close?.();
    await plugin.close?.();
  });
}

export function supportChecks(rig: RigSource): void {
  const answer = async (orderMeta: unknown): Promise<unknown> => rig().plugin.supports(frozen(orderMeta as OrderMeta));

  it('supports an order that its CA can serve', async () => {
    expect(await answer((await rig().order()).orderMeta)).toBe(true);
  });

  it('says of every profile whether it supports it', async () => {
    for (const profile of ['client', 'server', 'peer'] as const) {
      const { orderMeta } = await rig().order({ profile });
      const wanted = rig().features.profiles?.includes(profile) ?? true;
      expect(await answer(orderMeta), profile).toBe(wanted);
    }
  });

  it.each([
    ['no request at all', {}],
    ['a request that is no text', { csr: 17, profile: 'client' }],
    ['a request that is none', { csr: 'garbage', profile: 'client' }],
    ['a profile that is none', { csr: 'garbage', profile: 'emperor' }],
    ['an empty request', { csr: '', profile: 'client' }],
  ])('says yes or no about an order with %s', async (_, orderMeta) => {
    expect(await answer(orderMeta)).toBeTypeOf('boolean');
  });

  it('says yes or no about an order with a megabyte of text', async () => {
    const { orderMeta } = await rig().order({ more: { note: 'x'.repeat(1_000_000) } });
    expect(await answer(orderMeta)).toBeTypeOf('boolean');
    expect(await answer({ csr: 'A'.repeat(1_000_000), profile: 'client' })).toBeTypeOf('boolean');
  });

  it('asks the CA for nothing to say so', async () => {
    const before = await rig().asked();
    await answer((await rig().order()).orderMeta);
    expect(await rig().asked()).toBe(before);
  });

  it('says the same when asked again', async () => {
    const { orderMeta } = await rig().order();
    expect(await answer(orderMeta)).toBe(await answer(orderMeta));
  });
}
