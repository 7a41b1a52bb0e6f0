import { describe, expect, it } from 'vitest';
import { chooseIdentity, readAgentPackage } from './agent-package.ts';

const read = (manifest: object) => readAgentPackage('the.tgz', { name: 'tiny', version: '1.0.0', ...manifest });

describe('reading a manifest', () => {
  it.each([
    ['listener', '3.3', 'listener-3.3'],
    ['@volttron-ts/listener', '0.1.0', 'listener-0.1.0'],
    ['a_b.c', '1.0.0-beta.1+5~x'.slice(0, 14), 'a_b.c-1.0.0-beta.1-5'],
  ])('names %s %s as %s', (name, version, expected) => {
    expect(read({ name, version }).name).toBe(expected);
  });

  it('finds the entry as Node does, but never runs sources', () => {
    expect(read({}).entry).toBe('index.js');
    expect(read({ main: './lib/x.js' }).entry).toBe('lib/x.js');
    expect(read({ main: 'x.js', exports: './y.js' }).entry).toBe('y.js');
    const exports = {
      '.': { '@volttron-ts/source': './src/i.ts', types: './i.d.ts', import: { node: './n.js' }, default: './d.js' },
      './package.json': './package.json',
    };
    expect(read({ exports }).entry).toBe('n.js');
    expect(read({ exports: { require: './c.cjs', default: ['./d.js'] } }).entry).toBe('d.js');
  });

  it('tells what the platform provides from what must come from elsewhere', () => {
    const { provided, foreign } = read({
      dependencies: { '@volttron-ts/agent': '0.1.0', axios: '1' },
      peerDependencies: { '@volttron-ts/history': '*' },
      optionalDependencies: { fsevents: '2' },
    });
    expect(provided).toEqual(['@volttron-ts/agent', '@volttron-ts/history']);
    expect(foreign).toEqual({ axios: '1', fsevents: '2' });
  });

  it.each([
    [{ name: '../x' }, '/name'],
    [{ version: '1/2' }, '/version'],
    [{ dependencies: { a: 1 } }, '/dependencies'],
    [{ volttron: { capabilities: ['manage_agents'] } }, '/volttron/capabilities'],
    [{ main: '../out.js' }, 'outside'],
    [{ exports: '/etc/x.js' }, 'outside'],
  ])('refuses %j and says why', (manifest, why) => {
    expect(() => read(manifest)).toThrow(why);
    expect(() => read(manifest)).toThrow('the.tgz is no agent that can be installed');
  });

  it('asks for no capability, or for the journal', () => {
    expect(read({}).capabilities).toEqual([]);
    for (const one of ['read_journal', 'append_journal'])
      expect(read({ volttron: { capabilities: [one] } }).capabilities).toEqual([one]);
  });

  it('refuses what is no manifest at all', () => {
    expect(() => readAgentPackage('x', [])).toThrow('x is no agent');
    expect(() => readAgentPackage('x', null)).toThrow('x is no agent');
  });
});

describe('choosing an identity', () => {
  const tiny = read({});
  const none = new Set<string>();

  it('takes the lowest free number from 1', () => {
    expect(chooseIdentity(undefined, tiny, none, false)).toBe('tiny-1.0.0_1');
    expect(chooseIdentity(undefined, tiny, new Set(['tiny-1.0.0_1', 'tiny-1.0.0_3']), false)).toBe('tiny-1.0.0_2');
  });

  it('prefers what is asked for to what the package proposes to the number', () => {
    const proposing = read({ volttron: { identity: 'platform.historian' } });
    expect(chooseIdentity(undefined, proposing, none, false)).toBe('platform.historian');
    expect(chooseIdentity('mine', proposing, none, false)).toBe('mine');
    expect(chooseIdentity(undefined, read({ volttron: { identity: 'p{n}' } }), new Set(['p1']), false)).toBe('p2');
  });

  it('refuses a name in use with the text of the original, unless forced', () => {
    const taken = new Set(['mine']);
    expect(() => chooseIdentity('mine', tiny, taken, false)).toThrow(
      /^Identity already exists. {2}Pass --force option to re-install\.$/,
    );
    expect(chooseIdentity('mine', tiny, taken, true)).toBe('mine');
  });

  it.each(['control', 'platform.auth', 'platform.control', 'control.connection', 'zmq.proxy.router'])(
    'never gives the name of the service %s away',
    (identity) => {
      expect(() => chooseIdentity(identity, tiny, none, true)).toThrow('is that of a service of the platform itself');
    },
  );

  it('refuses what can be no identity', () => {
    for (const bad of ['a/b', '.', '..']) {
      expect(() => chooseIdentity(bad, tiny, none, false)).toThrow(`"${bad}" is no VIP identity`);
    }
    expect(() => chooseIdentity('', tiny, none, false)).toThrow('is no VIP identity');
  });
});
