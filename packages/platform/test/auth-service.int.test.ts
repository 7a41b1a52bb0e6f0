import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { defineAgent, startAgent, t } from '@volttron-ts/agent';
import type { AgentDefinition, Rpc } from '@volttron-ts/agent';
import {
  AuthFile,
  createAuthorizer,
  createAuthSnapshot,
  createKeyGrant,
  generateKeyPair,
  platformEntry,
} from '@volttron-ts/auth';
import type { AuditEntry, Capabilities } from '@volttron-ts/auth';
import { systemClock } from '@volttron-ts/connect';
import { openEnrolment } from '@volttron-ts/enrolment';
import type { Enrolment } from '@volttron-ts/enrolment';
import { PortConnection, PortListener, ProtectedTopics, Router } from '@volttron-ts/router';
import { RemoteError, services, UnauthorizedError } from '@volttron-ts/vip-core';
import type { Logger } from '@volttron-ts/vip-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { auditedEnrolment } from '../src/services/auth/audited-enrolment.ts';
import { defineAuthService } from '../src/services/auth-service.ts';

const nothing = (): void => undefined;
const log: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const bystander: AgentDefinition = defineAgent({ name: 'bystander', config: t.Object({}) });

/** `platform.auth` on a bus of its own. */
class Bus {
  readonly recorded: AuditEntry[] = [];
  readonly file: AuthFile;
  readonly topics = new ProtectedTopics();
  enrolment: Enrolment | undefined;
  readonly #ports: PortListener;

  private constructor(file: AuthFile, ports: PortListener) {
    this.file = file;
    this.#ports = ports;
  }

  static async open(): Promise<Bus> {
    const home = await mkdtemp(join(tmpdir(), 'auth-service-'));
    onTestFinished(() => rm(home, { recursive: true, force: true }));
    const file = await AuthFile.open(join(home, 'auth.json'));
    await file.add(platformEntry(services.controlConnection, generateKeyPair().publicKey));
    const ports = new PortListener();
    const bus = new Bus(file, ports);
    const router = new Router({ routingId: 'router', log, properties: () => ({}) });
    await router.listen(ports);
    onTestFinished(() => router.close());
    const grant = createKeyGrant(file, { dropLive: nothing });
    const audit = { record: async (entry: AuditEntry) => Promise.resolve(void bus.recorded.push(entry)) };
    const path = join(home, 'enrolment.sqlite');
    const enrolment = auditedEnrolment(await openEnrolment({ path, grant, clock: systemClock, log }), audit);
    bus.enrolment = enrolment;
    onTestFinished(() => enrolment.close());
    const authorizer = createAuthorizer(createAuthSnapshot(file.contents));
    file.onChange((contents) => {
      authorizer.update(createAuthSnapshot(contents));
    });
    bus.join(services.auth, defineAuthService({ enrolment, authorizer, file, topics: bus.topics, audit }), (user) =>
      authorizer.capabilitiesOf(user),
    );
    return bus;
  }

  /** A peer, whose user is its identity. */
  join(identity: string, definition = bystander, capabilitiesOf?: (user: string) => Capabilities): Rpc {
    const { port1, port2 } = new MessageChannel();
    this.#ports.accept(port1, identity);
    const options = { bus: new PortConnection(port2, identity), clock: systemClock, log };
    const agent = startAgent(definition, { ...options, ...(capabilitiesOf === undefined ? {} : { capabilitiesOf }) });
    onTestFinished(() => agent.stop());
    return agent.vip.rpc;
  }
}

const ask = (rpc: Rpc, method: string, ...args: unknown[]): Promise<unknown> => rpc.call(services.auth, method, args);

async function busWithOperator(): Promise<{ bus: Bus; operator: Rpc }> {
  const bus = await Bus.open();
  return { bus, operator: bus.join(services.controlConnection) };
}

interface Call {
  readonly method: string;
  readonly params: readonly unknown[];
  readonly result: unknown;
  /** What the error said, when it was one. */
  readonly detail: string | undefined;
}

/** The calls to `platform.auth` in a captured scenario (e2e/golden), with their answers. */
function calls(file: string): Call[] {
  const path = new URL(`../../../e2e/golden/volttron-9.0.4/vip/${file}.json`, import.meta.url);
  const { frames } = JSON.parse(readFileSync(path, 'utf8')) as { frames: { dir: string; frames_b64: string[] }[] };
  const seen = frames
    .filter(({ dir }) => dir === 'in')
    .map(({ frames_b64: parts }) => JSON.parse(Buffer.from(parts.at(-1)!, 'base64').toString()) as Seen);
  return seen
    .filter(({ method }) => method !== undefined)
    .flatMap(({ id, method = '', params = [] }) => {
      const answer = seen.find((one) => one.id === id && one.method === undefined);
      return answer === undefined ? [] : [{ method, params, result: answer.result, detail: answer.error?.data.detail }];
    });
}

/** A JSON-RPC request or answer. */
interface Seen {
  readonly id?: string;
  readonly method?: string;
  readonly params?: readonly unknown[];
  readonly result?: unknown;
  readonly error?: { readonly data: { readonly detail: string } };
}

/** Every method that changes something, with arguments that would. */
const changes: readonly [string, ...unknown[]][] = [
  ['approve_authorization', 'x'],
  ['deny_authorization', 'x'],
  ['delete_authorization', 'x'],
  ['approve_authorization_failure', 'x'],
  ['deny_authorization_failure', 'x'],
  ['delete_authorization_failure', 'x'],
  ['get_authorization', 'x'],
  ['get_authorization_status', 'x'],
  ['auth_file.add', { credentials: generateKeyPair().publicKey }],
  ['auth_file.update_by_index', { comments: 'x' }, 0],
  ['auth_file.remove_by_credentials', 'x'],
  ['auth_file.remove_by_index', 0],
  ['auth_file.remove_by_indices', [0]],
  ['auth_file.set_groups', {}],
  ['auth_file.set_roles', { r: ['allow_auth_modifications'] }],
  ['add_rpc_authorizations', 'meter', 'reset', ['x']],
  ['delete_rpc_authorizations', 'meter', 'reset', ['x']],
];

describe('platform.auth', () => {
  it.each(changes)('lets nobody call %s without allow_auth_modifications', async (...call) => {
    const [method, ...args] = call;
    const bus = await Bus.open();
    const before = await readFile(bus.file.path, 'utf8');
    await expect(ask(bus.join('meter'), method, ...args)).rejects.toBeInstanceOf(UnauthorizedError);
    expect(await readFile(bus.file.path, 'utf8')).toBe(before);
  });

  it('lets every peer read the auth file, as vctl and Python agents do', async () => {
    const bus = await Bus.open();
    const read = (await ask(bus.join('meter'), 'auth_file.read')) as Record<string, unknown>;
    expect(Object.keys(read)).toEqual(['allow_list', 'deny_list', 'groups', 'roles', 'version']);
    expect(read).toMatchObject({ allow_list: [{ user_id: 'control.connection' }], version: { major: 1, minor: 4 } });
  });

  it('adds, finds, updates and removes entries, in the file too', async () => {
    const { bus, operator } = await busWithOperator();
    const credentials = generateKeyPair().publicKey;
    await ask(operator, 'auth_file.add', { credentials, user_id: 'meter', identity: null, domain: null });
    expect(await ask(operator, 'auth_file.find_by_credentials', credentials)).toMatchObject([{ user_id: 'meter' }]);
    await ask(operator, 'auth_file.update_by_index', { comments: 'roof' }, 1);
    expect(await readFile(bus.file.path, 'utf8')).toContain('"comments": "roof"');
    await ask(operator, 'auth_file.remove_by_indices', [1]);
    expect(bus.file.contents.allow.map(({ user_id: user }) => user)).toEqual(['control.connection']);
  });

  it('refuses a user_id in use and a bad key in the words of the original', async () => {
    const { operator } = await busWithOperator();
    const { publicKey: credentials } = generateKeyPair();
    const taken = ask(operator, 'auth_file.add', { credentials, user_id: 'control.connection' });
    await expect(taken).rejects.toMatchObject({
      data: { detail: 'user_id control.connection is already in use at index [0]' },
    });
    const short = ask(operator, 'auth_file.add', { credentials: 'short', user_id: 'u' });
    await expect(short).rejects.toMatchObject({ data: { detail: 'Invalid CURVE public key short' } });
    await expect(ask(operator, 'auth_file.remove_by_index', 99)).rejects.toThrow('has no entry 99');
  });

  it('takes back the denial of a key that an operator adds', async () => {
    const { bus, operator } = await busWithOperator();
    const credentials = generateKeyPair().publicKey;
    await bus.file.add({ credentials, user_id: 'denied' }, { list: 'deny' });
    await ask(operator, 'auth_file.add', { credentials, user_id: 'meter' });
    expect(bus.file.contents.deny).toEqual([]);
  });

  it('answers what a user may do by its own, its roles and its groups', async () => {
    const { operator } = await busWithOperator();
    await ask(operator, 'auth_file.set_roles', { reader: ['can_read'] });
    await ask(operator, 'auth_file.set_groups', { staff: ['reader'] });
    const entry = { credentials: generateKeyPair().publicKey, user_id: 'meter', identity: 'meter' };
    await ask(operator, 'auth_file.add', { ...entry, groups: ['staff'], roles: ['x'], capabilities: ['own'] });
    const capabilities = { own: null, can_read: null };
    expect(await ask(operator, 'get_authorizations', 'meter')).toEqual([capabilities, ['staff'], ['x']]);
    expect(await ask(operator, 'get_capabilities', 'meter')).toEqual(capabilities);
    expect(await ask(operator, 'get_groups', 'meter')).toEqual(['staff']);
    expect(await ask(operator, 'get_roles', 'meter')).toEqual(['x']);
    expect(await ask(operator, 'get_authorizations', 'nobody')).toBeNull();
    for (const method of ['get_capabilities', 'get_groups', 'get_roles']) {
      expect(await ask(operator, method, 'nobody')).toEqual([]);
    }
  });

  it('lets an agent report what its own methods demand, and nobody else’s', async () => {
    const { bus, operator } = await busWithOperator();
    const entry = { credentials: generateKeyPair().publicKey, user_id: 'meter', identity: 'meter' };
    await ask(operator, 'auth_file.add', { ...entry, rpc_method_authorizations: { reset: ['stored'], open: [] } });
    const meter = bus.join('meter');
    const reported = { reset: ['reported'], open: ['reported'], fresh: ['can_reset'] };
    const merged = { reset: ['stored'], open: ['reported'], fresh: ['can_reset'] };
    expect(await ask(meter, 'update_id_rpc_authorizations', 'meter', reported)).toEqual(merged);
    expect(bus.file.contents.allow[1]?.rpc_method_authorizations).toEqual(merged);
    const stranger = bus.join('stranger');
    expect(await ask(stranger, 'update_id_rpc_authorizations', 'stranger', reported)).toBeNull();
    const foreign = ask(stranger, 'update_id_rpc_authorizations', 'meter', { fresh: [''] });
    await expect(foreign).rejects.toBeInstanceOf(UnauthorizedError);
  });

  it('tells an agent at once what its methods demand from now on', async () => {
    const { bus, operator } = await busWithOperator();
    const entry = { credentials: generateKeyPair().publicKey, user_id: 'meter', identity: 'meter' };
    await ask(operator, 'auth_file.add', entry);
    const told: unknown[] = [];
    const rounds = [0, 1].map(() => Promise.withResolvers<undefined>());
    const meter = bus.join('meter');
    meter.export('auth.set_multiple_rpc_authorizations', {
      params: t.Tuple([t.Record(t.String(), t.Array(t.String()), { title: 'rpc_authorizations' })]),
      call: ([authorizations]) => {
        rounds[told.push(authorizations) - 1]?.resolve(undefined);
      },
    });
    await ask(meter, 'auth_file.read');
    await ask(operator, 'add_rpc_authorizations', 'meter', 'reset', ['can_reset']);
    await rounds[0]?.promise;
    await ask(operator, 'delete_rpc_authorizations', 'meter', 'reset', ['can_reset']);
    await rounds[1]?.promise;
    expect(told).toEqual([{ reset: ['can_reset'] }, { reset: [''] }]);
    expect(bus.file.contents.allow[1]?.rpc_method_authorizations).toEqual({ reset: [''] });
  });

  it('answers the calls of the capture as the original did', async () => {
    const { bus, operator } = await busWithOperator();
    const held = { 'golden.cap': { can_secret: null, cap_a: null }, 'golden.one': {} };
    for (const [user, capabilities] of Object.entries(held)) {
      const entry = { credentials: generateKeyPair().publicKey, user_id: user, identity: user, capabilities };
      await ask(operator, 'auth_file.add', entry);
    }
    const one = bus.join('golden.one');
    for (const file of ['rpc_auth_get_authorizations', 'rpc_auth_approve_denied_no_cap']) {
      for (const { method, params, result, detail } of calls(file)) {
        // An agent's own look-up, which the third file shows.
        if (method === 'get_user_to_capabilities') continue;
        if (detail === undefined) expect(await ask(one, method, ...params), method).toEqual(result);
        else await expect(one.call(services.auth, method, params)).rejects.toThrow(detail);
      }
    }
    expect(calls('rpc_auth_get_authorizations').map(({ method }) => method)).toContain('get_capabilities');
    const all = await ask(one, 'get_user_to_capabilities');
    const [golden] = calls('rpc_auth_get_user_to_capabilities');
    const theirs = golden?.result as Record<string, object>;
    // Our `control` asks its callers for a capability, the original's for none.
    const ours = { ...theirs, 'control.connection': { ...theirs['control.connection'], manage_agents: null } };
    for (const user of [...Object.keys(held), 'control.connection'] as (keyof typeof ours)[]) {
      expect((all as Record<string, unknown>)[user]).toEqual(ours[user]);
    }
  });

  it('loses nothing of what is changed at the same time', async () => {
    const { bus, operator } = await busWithOperator();
    await bus.file.add({ credentials: generateKeyPair().publicKey, user_id: 'meter', identity: 'meter' });
    const methods = ['m0', 'm1', 'm2'];
    await Promise.all(methods.map((name) => ask(operator, 'add_rpc_authorizations', 'meter', name, ['c'])));
    expect(Object.keys(bus.file.contents.allow[1]!.rpc_method_authorizations)).toEqual(methods);
  });

  it('takes no list of methods from an agent that would fill the file', async () => {
    const { bus } = await busWithOperator();
    await bus.file.add({ credentials: generateKeyPair().publicKey, user_id: 'meter', identity: 'meter' });
    const meter = bus.join('meter');
    const many = Object.fromEntries(Array.from({ length: 1001 }, (_, n) => [`m${n}`, ['c']]));
    const tooMuch: [Record<string, string[]>, string][] = [
      [many, 'more than 1000 methods'],
      [{ m: Array.from({ length: 65 }, (_, n) => `c${n}`) }, 'more than 64 capabilities'],
      [{ ['m'.repeat(257)]: ['c'] }, 'more than 256 characters'],
      [{ m: ['c'.repeat(257)] }, 'more than 256 characters'],
      [
        Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`${n}`.padEnd(250, 'm'), ['c']])),
        'more than 65536 characters together',
      ],
    ];
    for (const [reported, why] of tooMuch) {
      await expect(ask(meter, 'update_id_rpc_authorizations', 'meter', reported)).rejects.toThrow(why);
    }
    expect(bus.file.contents.allow[1]?.rpc_method_authorizations).toEqual({});
  });

  it('decides and lists under the names of VOLTTRON 9 and 10 alike', async () => {
    const { bus, operator } = await busWithOperator();
    for (const [n, ten] of [true, false].entries()) {
      const credential = generateKeyPair().publicKey;
      const request = { mechanism: 'CURVE', credential, identity: `peer${n}`, domain: 'vip', address: '::1' } as const;
      bus.enrolment?.report(request, { status: 300, text: 'pending' });
      const name = (status: string): string => (ten ? `get_authorization_${status}` : `get_${status}_authorizations`);
      const verb = (what: string): string => `${what}_authorization${ten ? '_failure' : ''}`;
      const ids = async (status: string): Promise<unknown[]> =>
        ((await ask(operator, name(status))) as { user_id: string; credentials: string }[])
          .filter(({ credentials }) => credentials === credential)
          .map(({ user_id: user }) => user);
      const [id] = await ids('pending');
      expect(await ask(operator, 'get_authorization', id)).toBe(credential);
      expect(await ask(operator, 'get_authorization_status', id)).toBe('PENDING');
      expect(await ask(operator, verb('approve'), id)).toBeNull();
      const [approved] = await ids('approved');
      expect(await ask(operator, 'get_authorization_status', approved)).toBe('APPROVED');
      expect(await ask(operator, verb('deny'), approved)).toBeNull();
      const [denied] = await ids('denied');
      // libzmq never comes back to a platform that denied it.
      expect(await ask(operator, verb('approve'), denied)).toMatch(/libzmq .* must be restarted/);
      expect(await ask(operator, verb('delete'), (await ids('approved'))[0])).toBeNull();
      expect(await ids('approved')).toEqual([]);
    }
    expect(await ask(operator, 'get_authorization', 'nobody')).toBe('');
    expect(await ask(operator, 'get_authorization_status', 'nobody')).toBe('UNKOWN');
  });

  it('tells agents of VOLTTRON 11 what is protected, and who may', async () => {
    const { bus, operator } = await busWithOperator();
    const entry = { credentials: generateKeyPair().publicKey, user_id: 'meter', identity: 'meter' };
    const methods = { reset: ['can_reset'], open: [''], limited: ['edit'] };
    await ask(operator, 'auth_file.add', { ...entry, rpc_method_authorizations: methods });
    const capabilities = { can_reset: null, edit: { what: 'roof' } };
    await ask(operator, 'auth_file.add', { credentials: generateKeyPair().publicKey, user_id: 'boss', capabilities });
    const rule = { topic: 'devices/', capabilities: ['can_publish'] };
    bus.topics.update({ rules: { write: [rule], read: [] }, holders: {} });
    const meter = bus.join('meter');
    expect(await ask(meter, 'get_protected_rpcs', 'meter')).toEqual(['reset', 'limited']);
    expect(await ask(meter, 'get_agent_capabilities', 'boss')).toEqual({ rpc_capabilities: ['meter.reset'] });
    const check = (user: string, name: string, args: object): Promise<unknown> =>
      ask(meter, 'check_rpc_authorization', user, `meter.${name}`, args);
    expect(await check('boss', 'reset', {})).toBe(true);
    expect(await check('boss', 'limited', { what: 'roof' })).toBe(true);
    expect(await check('nobody', 'open', {})).toBe(true);
    await expect(check('boss', 'limited', { what: 'cellar' })).rejects.toThrow('requires capability edit');
    await expect(check('nobody', 'reset', {})).rejects.toBeInstanceOf(UnauthorizedError);
    const topics = async (topic: string): Promise<unknown[]> => [
      await ask(meter, 'is_protected_topic', topic),
      await ask(meter, 'check_pubsub_authorization', 'boss', topic, 'publish'),
      await ask(meter, 'check_pubsub_authorization', 'boss', topic, 'subscribe'),
    ];
    expect(await topics('devices/ahu1')).toEqual([true, false, true]);
    expect(await topics('record/x')).toEqual([false, true, true]);
  });

  it('records who changed what, and nothing of those who were refused', async () => {
    const { bus, operator } = await busWithOperator();
    const entry = { credentials: generateKeyPair().publicKey, user_id: 'meter', identity: 'meter' };
    await ask(operator, 'auth_file.add', entry);
    await ask(operator, 'auth_file.update_by_index', { comments: 'roof' }, 1);
    await ask(operator, 'auth_file.set_roles', { r: ['c'] });
    await ask(operator, 'auth_file.set_groups', { g: ['r'] });
    await ask(operator, 'add_rpc_authorizations', 'meter', 'reset', ['c']);
    await ask(operator, 'delete_rpc_authorizations', 'meter', 'reset', ['c']);
    await ask(bus.join('meter'), 'update_id_rpc_authorizations', 'meter', { fresh: ['c'] });
    await expect(ask(bus.join('stranger'), 'auth_file.remove_by_index', 1)).rejects.toBeInstanceOf(UnauthorizedError);
    await ask(operator, 'auth_file.remove_by_indices', [1]);
    await expect(ask(operator, 'auth_file.remove_by_index', 7)).rejects.toThrow();
    const operatorIs = services.controlConnection;
    expect(bus.recorded.map(({ actor, action, item }) => [actor, action, item])).toEqual([
      [operatorIs, 'auth_file.add', 'meter'],
      [operatorIs, 'auth_file.update_by_index', 'meter'],
      [operatorIs, 'auth_file.set_roles', 'roles'],
      [operatorIs, 'auth_file.set_groups', 'groups'],
      [operatorIs, 'auth.add_rpc_authorizations', 'meter'],
      [operatorIs, 'auth.delete_rpc_authorizations', 'meter'],
      ['meter', 'auth.update_id_rpc_authorizations', 'meter'],
      [operatorIs, 'auth_file.remove_by_indices', 'meter'],
    ]);
    expect(bus.recorded[1]?.details).toMatchObject({ was: { comments: null }, entry: { comments: 'roof' } });
  });

  it('refuses an address that was meant as an expression, and tells of one that matches nobody', async () => {
    const { operator } = await busWithOperator();
    const add = (user: string, address: string): Promise<unknown> =>
      ask(operator, 'auth_file.add', { credentials: generateKeyPair().publicKey, user_id: user, address });
    await expect(add('a', '192\\.168\\.1\\..*')).rejects.toThrow('an expression is written between slashes');
    await expect(add('b', '/192(/')).rejects.toThrow('Unterminated group');
    expect(await add('c', 'localhost:1000:1000:1')).toContain('matches nobody');
    expect(await add('d', '/192\\.168\\.1\\..*/')).toBeNull();
  });

  it('authorizes no methods of the platform’s services and of unknown agents', async () => {
    const { operator } = await busWithOperator();
    for (const identity of ['platform.auth', 'control', 'nobody']) {
      const refused = ask(operator, 'add_rpc_authorizations', identity, 'm', ['c']);
      await expect(refused).rejects.toBeInstanceOf(RemoteError);
      await expect(refused).rejects.toThrow(`The methods of "${identity}" cannot be authorized`);
    }
  });
});
