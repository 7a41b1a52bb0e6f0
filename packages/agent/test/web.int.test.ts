import { describe, expect, it } from 'vitest';
import { FakePlatform, startTestAgent } from '@volttron-ts/agent/testing';
import type { TestAgent } from '@volttron-ts/agent/testing';
import { decodeText, encodeText, parseLooseJson, UnreachableError } from '@volttron-ts/vip-core';
import { agentThat, callAgent, welcomed } from './helpers.ts';

const web = 'platform_web';

/** A platform whose web service answers null, and what it was asked. */
function rig(refused: readonly string[] = []): { platform: FakePlatform; asked: unknown[][]; agent: TestAgent } {
  const platform = new FakePlatform();
  const asked: unknown[][] = [];
  platform.play(web, (message, send) => {
    const call = parseLooseJson(decodeText(message.args[0])) as { id?: string; method?: string; params: unknown[] };
    if (call.method === undefined) return;
    asked.push([call.method, ...call.params]);
    const outcome = refused.includes(call.method) ? { error: { code: -32000, message: 'taken' } } : { result: null };
    const args = [encodeText(JSON.stringify({ jsonrpc: '2.0', id: call.id, ...outcome }))];
    send({ peer: message.peer, id: message.id, subsystem: 'RPC', args });
  });
  const agent = startTestAgent(platform, agentThat(), { configStore: false });
  return { platform, asked, agent };
}

const nothing = (): void => undefined;
let calls = 0;

/** A call of platform_web, which the rig plays already. */
async function fromWeb(platform: FakePlatform, method: string, ...params: unknown[]): Promise<unknown> {
  const id = `web.${++calls}`;
  const args = [encodeText(JSON.stringify({ jsonrpc: '2.0', id: 'c', method, params }))];
  platform.send('agent', { peer: web, id, subsystem: 'RPC', args });
  const answer = await platform.message((message) => message.id === id && message.from === 'agent');
  return (parseLooseJson(decodeText(answer.args[0])) as { result: unknown }).result;
}

describe('vip.web', () => {
  it('registers, and hands requests and clients of web sockets to its handlers', async () => {
    const { platform, asked, agent: started } = rig();
    await using agent = started;
    const told: unknown[] = [];
    await agent.vip.web.registerEndpoint('/plot', (environment, data) => ({ environment, data }));
    await agent.vip.web.registerEndpoint('/raw', () => ['200 OK', '', []], { type: 'raw' });
    await agent.vip.web.registerPath('^/ui/.*', '/srv/ui');
    await agent.vip.web.registerWebsocket('/chat', {
      opened: (address) => Promise.resolve(address === '192.0.2.7'),
      closed: (endpoint) => void told.push(['closed', endpoint]),
      received: (endpoint, message) => void told.push([endpoint, message]),
    });
    await agent.vip.web.send('/chat', 'é');
    await agent.vip.web.getUserClaims('token');
    expect(asked).toEqual([
      ['register_endpoint', '/plot', 'jsonrpc'],
      ['register_endpoint', '/raw', 'raw'],
      ['register_path_route', '^/ui/.*', '/srv/ui'],
      ['register_websocket', '/chat'],
      ['websocket_send', '/chat', 'é'],
      ['get_user_claims', 'token'],
    ]);
    const environment = { PATH_INFO: '/plot' };
    expect(await fromWeb(platform, 'route.callback', environment, [1])).toEqual({ environment, data: [1] });
    expect(await fromWeb(platform, 'route.callback', { PATH_INFO: '/other' }, '')).toBeNull();
    expect(await fromWeb(platform, 'client.opened', '192.0.2.7', '/chat')).toBe(true);
    expect(await fromWeb(platform, 'client.opened', '192.0.2.8', '/chat')).toBe(false);
    expect(await fromWeb(platform, 'client.opened', '192.0.2.7', '/other')).toBe(false);
    await fromWeb(platform, 'client.message', '/chat', '中');
    await fromWeb(platform, 'client.closed', '/chat');
    expect(told).toEqual([
      ['/chat', '中'],
      ['closed', '/chat'],
    ]);
  });

  it.each([
    ['route.callback', [{ PATH_INFO: '/plot' }, '']],
    ['client.opened', ['192.0.2.7', '/chat']],
    ['client.closed', ['/chat']],
    ['client.message', ['/chat', 'x']],
  ])('obeys %s of platform_web alone', async (method, params) => {
    const { platform, agent: started } = rig();
    await using agent = started;
    let heard = 0;
    const note = (): boolean => ++heard > 0;
    await agent.vip.web.registerEndpoint('/plot', note);
    await agent.vip.web.registerWebsocket('/chat', {
      opened: note,
      closed: () => void note(),
      received: () => void note(),
    });
    const answer = await callAgent(platform, method, params, { from: 'mallory' });
    expect(JSON.stringify(answer)).toContain('not for \\"mallory\\"');
    expect(heard).toBe(0);
  });

  it('registers again after a reconnect what stands, and only that', async () => {
    const { platform, asked, agent: started } = rig();
    await using agent = started;
    await agent.vip.web.registerEndpoint('/plot', nothing);
    await agent.vip.web.registerWebsocket('/chat', {});
    await agent.vip.web.unregisterWebsocket('/chat');
    asked.length = 0;
    platform.cut('agent');
    platform.admit('agent');
    await welcomed(platform, 2);
    await platform.until(() => asked[0]);
    await callAgent(platform, 'agent.version');
    expect(asked).toEqual([['register_endpoint', '/plot', 'jsonrpc']]);
  });

  it('has no handler, and nothing to restore, where the platform refuses', async () => {
    const { platform, asked, agent: started } = rig(['register_endpoint']);
    await using agent = started;
    await expect(agent.vip.web.registerEndpoint('/taken', () => 'mine')).rejects.toMatchObject({ code: 'remote' });
    expect(await fromWeb(platform, 'route.callback', { PATH_INFO: '/taken' }, '')).toBeNull();
    asked.length = 0;
    platform.cut('agent');
    platform.admit('agent');
    await welcomed(platform, 2);
    await callAgent(platform, 'agent.version');
    expect(asked).toEqual([]);
  });

  it('takes all back when the agent stops', async () => {
    const { asked, agent } = rig();
    await agent.vip.web.registerEndpoint('/plot', nothing);
    await agent[Symbol.asyncDispose]();
    expect(asked.at(-1)).toEqual(['unregister_all_agent_routes']);
  });

  it('says that a platform serves no web, and agents that serve nothing have no methods for it', async () => {
    const platform = new FakePlatform();
    await using agent = startTestAgent(platform, agentThat(), { configStore: false });
    const { result } = await callAgent(platform, 'inspect');
    expect((result as { methods: string[] }).methods).not.toContain('route.callback');
    await expect(agent.vip.web.registerEndpoint('/plot', nothing)).rejects.toThrow(UnreachableError);
  });
});
