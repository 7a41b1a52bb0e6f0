import { describe, expect, it } from 'vitest';
import { Capabilities } from './capabilities.ts';

const parameters = [{ name: 'identity', required: true, fallback: undefined }];
const call = { method: 'set', requires: ['edit'], parameters, args: ['agent.one'] };

const withHeld = (held: unknown): Capabilities => new Capabilities(() => Promise.resolve(held));

describe('Capabilities', () => {
  it('lets those call who hold every capability', async () => {
    await withHeld({ ada: { edit: null } }).check('ada', call);
    const refused = withHeld({ ada: { look: null } }).check('ada', call);
    await expect(refused).rejects.toThrow(
      "method 'set' requires capabilities {'edit'}, but capability {'look': None} was provided for user ada",
    );
    await expect(withHeld({}).check('bob', call)).rejects.toMatchObject({ code: 'unauthorized' });
  });

  it('limits arguments to a value or a whole expression', async () => {
    await withHeld({ ada: { edit: { identity: 'agent.one' } } }).check('ada', call);
    await withHeld({ ada: { edit: { identity: '/agent\\..*/' } } }).check('ada', call);
    for (const identity of ['agent.two', '/gent.*/', '/(/']) {
      const refused = withHeld({ ada: { edit: { identity } } }).check('ada', call);
      await expect(refused).rejects.toThrow(
        `User ada can call method set only with identity=${identity} but called with identity=agent.one`,
      );
    }
    const everything = withHeld({ ada: { edit: { identity: '/(.*)*/' } } });
    await everything.check('ada', call);
    const long = everything.check('ada', { ...call, args: ['x'.repeat(4097)] });
    await expect(long).rejects.toMatchObject({ code: 'unauthorized' });
    const other = withHeld({ ada: { edit: { colour: 'red' } } }).check('ada', call);
    await expect(other).rejects.toThrow('not defined properly');
  });

  it('asks once, until it is told or made to forget', async () => {
    let asked = 0;
    const capabilities = new Capabilities(() => Promise.resolve({ ada: { edit: null }, asked: ++asked && {} }));
    await Promise.all([capabilities.check('ada', call), capabilities.check('ada', call)]);
    expect(asked).toBe(1);
    capabilities.update({ peer: 'platform.auth', user: 'platform.auth' }, { bob: { edit: null } });
    await capabilities.check('bob', call);
    await expect(capabilities.check('ada', call)).rejects.toMatchObject({ code: 'unauthorized' });
    expect(asked).toBe(1);
    capabilities.forget();
    await capabilities.check('ada', call);
    expect(asked).toBe(2);
  });

  it('believes what it is told over an answer that was on its way', async () => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const capabilities = new Capabilities(() => promise);
    const checked = capabilities.check('ada', call);
    capabilities.update({ peer: 'platform.auth', user: 'platform.auth' }, { ada: {} });
    resolve({ ada: { edit: null } });
    await expect(checked).rejects.toMatchObject({ code: 'unauthorized' });
    await expect(capabilities.check('ada', call)).rejects.toMatchObject({ code: 'unauthorized' });
  });

  it('believes nobody but platform.auth', () => {
    const update = (): void => {
      withHeld({}).update({ peer: 'mallory', user: 'mallory' }, { mallory: { edit: null } });
    };
    expect(update).toThrow('platform.auth');
  });

  it('refuses when it cannot ask', async () => {
    const capabilities = new Capabilities(() => Promise.reject(new Error('no platform.auth')));
    await expect(capabilities.check('ada', call)).rejects.toThrow('no platform.auth');
  });
});
