import type { CallOptions, Rpc } from '@volttron-ts/agent';
import type { AgentHandler } from '@volttron-ts/web';
import { describe, expect, it } from 'vitest';
import { DuplicateEndpointError, NotOwnerError, RouteRefusedError } from '../../errors.ts';
import { AgentWeb } from './agent-web.ts';
import { ownPaths } from './own-paths.ts';

const nothing = (): void => undefined;
const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const plotter = { peer: 'plotter', user: 'plotter' };
const other = { peer: 'other', user: 'other' };

/** Routes, and what agents were asked. */
function rig(answer: () => Promise<unknown> = () => Promise.resolve(null)) {
  const asked: [peer: string, method: string, args: unknown, timeoutMs: number | undefined][] = [];
  const rpc: Rpc = {
    call: (peer, method, args, { timeoutMs, signal }: CallOptions = {}) => {
      asked.push([peer, method, args, timeoutMs]);
      return new Promise((resolve, reject) => {
        signal?.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
        void answer().then(resolve);
      });
    },
    notify: nothing,
    export: nothing,
  };
  return { asked, web: new AgentWeb({ rpc: () => rpc, isOwn: ownPaths(['index.html', 'assets']), log }) };
}

const callOf = (web: AgentWeb, path: string): Promise<unknown> => (web.find(path) as AgentHandler).call({}, '');

describe('routes of agents', () => {
  it('are asked in the order of VOLTTRON, for as long as it waits', async () => {
    const { web, asked } = rig();
    web.addDirectory(web.enter(plotter), '^/a/.*', '/srv');
    web.addMethod(plotter, '^/a/b', 'older');
    web.addMethod(other, '^/a/b', 'newer');
    web.addEndpoint(plotter, '/a/b', 'raw');
    await callOf(web, '/a/b');
    await callOf(web, '/a/bc');
    expect(web.find('/a/x')).toEqual({ kind: 'files', agent: 'plotter', directory: '/srv' });
    expect(web.find('/a')).toBeUndefined();
    expect(asked).toEqual([
      ['plotter', 'route.callback', [{}, ''], 60_000],
      ['other', 'newer', [{}, ''], 120_000],
    ]);
  });

  it('belong to a peer by its name and its user', () => {
    const { web } = rig();
    web.addEndpoint(plotter, '/a', 'jsonrpc');
    web.addSockets(plotter, '/a');
    const impostor = { peer: 'plotter', user: 'mallory' };
    expect(() => {
      web.addEndpoint(other, '/a', 'jsonrpc');
    }).toThrow(DuplicateEndpointError);
    expect(() => {
      web.addSockets(other, '/a');
    }).toThrow(DuplicateEndpointError);
    expect(() => {
      web.send(impostor, '/a', 'x');
    }).toThrow(NotOwnerError);
    web.removeAll(impostor);
    expect(web.find('/a')).toBeDefined();
    web.addEndpoint(impostor, '/b', 'jsonrpc');
    expect([web.find('/a'), web.sockets('/a')]).toEqual([undefined, undefined]);
  });

  it('end with their peer: requests fail, clients are closed, and nothing is added for it any more', async () => {
    const { web } = rig(() => new Promise(() => undefined));
    web.addEndpoint(plotter, '/a', 'jsonrpc');
    web.addMethod(plotter, '/b', 'm');
    web.addSockets(plotter, '/s');
    const owner = web.enter(plotter);
    web.addDirectory(owner, '/c', '/srv');
    const reasons: string[] = [];
    const client = { address: '192.0.2.7', send: nothing, close: (reason: string) => void reasons.push(reason) };
    const sockets = web.sockets('/s')!;
    expect(sockets.join(client)).toBe(true);
    expect(web.clients).toEqual({ '/s': ['192.0.2.7'] });
    const waiting = callOf(web, '/a');
    web.dropped('plotter');
    await expect(waiting).rejects.toMatchObject({ code: 'unreachable' });
    expect(['/a', '/b', '/c'].map((path) => web.find(path))).toEqual([undefined, undefined, undefined]);
    expect([reasons.length, sockets.join(client), web.sockets('/s')]).toEqual([1, false, undefined]);
    expect(() => {
      web.addDirectory(owner, '/late', '/srv');
    }).toThrow(/plotter/);
  });

  it('are so many at most for one peer', () => {
    const { web } = rig();
    const refused = (add: (count: number) => void): number => {
      for (let count = 0; ; count++) {
        try {
          add(count);
        } catch (error) {
          expect(error).toBeInstanceOf(RouteRefusedError);
          return count;
        }
      }
    };
    expect(
      refused((count) => {
        web.addEndpoint(plotter, `/e${count}`, 'raw');
      }),
    ).toBe(100);
    expect(
      refused((count) => {
        web.addMethod(plotter, `/m${count}`, 'm');
      }),
    ).toBe(20);
    expect(
      refused((count) => {
        web.addDirectory(web.enter(plotter), `/d${count}`, '/');
      }),
    ).toBe(20);
    // Again, as after a reconnect.
    web.addEndpoint(plotter, '/e5', 'jsonrpc');
    web.addMethod(plotter, '/m5', 'm');
    web.addEndpoint(other, '/other', 'raw');
  });

  it('an agent has 64 requests before it at most; more are told to come again', async () => {
    const { web } = rig(() => new Promise(() => undefined));
    web.addEndpoint(plotter, '/a', 'jsonrpc');
    const waiting = Array.from({ length: 64 }, () => callOf(web, '/a').catch((error: unknown) => error));
    await expect(callOf(web, '/a')).rejects.toMatchObject({ code: 'again' });
    web.dropped('plotter');
    await Promise.all(waiting);
  });

  it.each(['', 'a', '/a?b', '/a#b', '/a\n', `/${'x'.repeat(256)}`])('%j is no endpoint', (path) => {
    expect(() => {
      rig().web.addEndpoint(plotter, path, 'raw');
    }).toThrow(RouteRefusedError);
  });

  it('never get a path of the platform’s own, whatever they match', () => {
    const { web } = rig();
    web.addMethod(plotter, '.*', 'm');
    const own = [
      '/',
      '/api/live',
      '/discovery',
      '/CSR/x',
      '/admin/',
      '/authenticate',
      '/gs',
      '/vui',
      '/index.html',
      '/assets/x.js',
    ];
    expect(own.filter((path) => web.find(path) !== undefined)).toEqual([]);
    expect(['/apis', '/x/api'].filter((path) => web.find(path) === undefined)).toEqual([]);
  });
});
