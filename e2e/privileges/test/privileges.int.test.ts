import type { RunningAgent } from '@volttron-ts/agent';
import { generateKeyPair } from '@volttron-ts/auth';
import { services, UnauthorizedError } from '@volttron-ts/vip-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { argumentsOf } from './support/arguments.ts';
import { Site } from './support/peers.ts';
import { readPrivileges } from './support/privilege-table.ts';
import type { Privilege } from './support/privilege-table.ts';

const { admissions, privileges, limits } = readPrivileges();
const NOBODY = 'nobody';
const EVERYBODY = 'every approved peer';
const REFUSED = 'NotAuthorized';
/** The one capability that the operator's own connection does not have. */
const NOT_OF_VCTL = 'serve_files';

let site: Site;
/** Everybody who is let in, by what they may. */
const peers = new Map<string, RunningAgent>();
const capabilities = [...new Set(privileges.map(({ capability }) => capability).filter((name) => name !== ''))];

beforeAll(async () => {
  site = await Site.open();
  peers.set('approved', await site.approved('stranger'));
  for (const name of capabilities) peers.set(name, await site.entered(`with.${name}`, { capabilities: [name] }));
  await site.auth('auth_file.set_roles', { admin: capabilities });
  await site.auth('auth_file.set_groups', { admins: ['admin'] });
  peers.set('admin by role', await site.entered('by.role', { roles: ['admin'] }));
  peers.set('admin by group', await site.entered('by.group', { groups: ['admins'] }));
  peers.set('admin', site.admin);
});

afterAll(async () => {
  await site.close();
});

/** `may`, or how it is refused; an answer other than that is one to the arguments. */
async function resultOf(
  agent: RunningAgent,
  service: string,
  method: string,
  args: readonly unknown[],
): Promise<string> {
  try {
    await agent.vip.rpc.call(service, method, args);
    return 'may';
  } catch (error) {
    return error instanceof UnauthorizedError ? REFUSED : 'may';
  }
}

/** What the document says of somebody who is let in. */
function expected({ who, capability, others }: Privilege, kind: string): string {
  if (who === EVERYBODY) return 'may';
  const hasAll = kind !== 'admin' || capability !== NOT_OF_VCTL;
  const mayAll = kind.startsWith('admin') && hasAll && who !== NOBODY;
  return mayAll || (kind === capability && who === 'with the capability') ? 'may' : others;
}

describe('docs/privileges.md', () => {
  it.each(Object.values(services).filter((name) => name !== services.controlConnection))(
    'has a row for every method of %s, and none for another',
    async (service) => {
      const { methods } = (await site.admin.vip.rpc.call(service, 'inspect')) as { methods: string[] };
      const documented = new Set(privileges.filter((row) => row.service === service).map(({ method }) => method));
      expect([...documented].toSorted()).toEqual(methods.toSorted());
    },
  );

  it('says who may in the words of this test', () => {
    for (const { who, capability, others } of privileges) {
      expect([EVERYBODY, NOBODY, 'with the capability']).toContain(who);
      expect(others).toBe(who === EVERYBODY ? '–' : REFUSED);
      expect(capability !== '').toBe(who === 'with the capability');
    }
  });
});

describe.each(privileges)('$service $method $about', (row) => {
  it('is for whom docs/privileges.md says', async () => {
    const found: Record<string, string> = {};
    const wanted: Record<string, string> = {};
    for (const [kind, agent] of peers) {
      const args = await argumentsOf(site.admin.vip.rpc, row, agent.vip.identity);
      found[kind] = await resultOf(agent, row.service, row.method, args);
      wanted[kind] = expected(row, kind);
    }
    expect(found).toEqual(wanted);
  });
});

describe('a capability with a limit', () => {
  const editing = privileges.filter(({ capability }) => capability === 'edit_config_store');
  const editors = new Map<string, RunningAgent>();

  /** What comes of every method that edits a store. */
  async function edits(held: string, store: string): Promise<Set<string>> {
    const results = new Set<string>();
    for (const row of editing) {
      const [, ...further] = await argumentsOf(site.admin.vip.rpc, row, '');
      results.add(await resultOf(editors.get(held)!, row.service, row.method, [store, ...further]));
    }
    return results;
  }

  beforeAll(async () => {
    for (const [n, held] of [...new Set(limits.map((row) => row.held))].entries()) {
      const limit = /identity: (.*)$/.exec(held)?.[1];
      const edit = limit === undefined ? null : { identity: limit };
      editors.set(held, await site.entered(`editor.${n}`, { capabilities: { edit_config_store: edit } }));
    }
    // The services are told what users may do a moment after the entry is there.
    for (const { held, store } of limits.filter(({ result }) => result === 'may')) {
      await vi.waitFor(async () => {
        expect(await edits(held, store)).toEqual(new Set(['may']));
      });
    }
  });

  it.each(limits)('$held for the store $store: $result', async ({ held, store, result }) => {
    expect(await edits(held, store)).toEqual(new Set([result]));
  });
});

describe('who is not let in', () => {
  const pair = generateKeyPair();
  const meets = (peer: string): string | undefined => admissions.find((row) => row.peer === peer)?.meets;

  /** The outcome of the connection, over which every method was called in vain. */
  async function inVain(identity: string, keys: typeof pair | undefined, address?: string): Promise<string> {
    const knock = site.knock(identity, keys, address);
    const outcome = await knock.outcome;
    for (const { service, method } of privileges) expect(knock.call(service, method)).toBe('closed');
    expect(await site.admin.vip.peerlist.list()).not.toContain(identity);
    expect(knock.answers).toEqual([]);
    await knock.close();
    return outcome;
  }

  it('calls nothing without a key, on any of the platform’s addresses', async () => {
    for (const address of site.addresses) expect(await inVain('keyless', undefined, address)).toBe(meets('no key'));
  });

  it('calls nothing with a key that nobody knows, while it waits, and once it is denied', async () => {
    expect(await inVain('waiting', pair)).toBe(meets('unknown key'));
    const id = await site.requestOf(pair);
    expect(await inVain('waiting', pair)).toBe(meets('pending'));
    await site.auth('deny_authorization', id);
    expect(await inVain('waiting', pair)).toBe(meets('denied'));
  });

  it('is every peer of the document that is not welcomed', () => {
    const closed = admissions.filter((row) => row.meets !== '200').map(({ peer }) => peer);
    expect(closed).toEqual(['no key', 'unknown key', 'pending', 'denied']);
  });
});
