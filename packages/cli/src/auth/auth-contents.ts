import { checker, services, t } from '@volttron-ts/vip-core';
import type { Static } from '@volttron-ts/vip-core';
import type { CommandContext } from '../command-context.ts';

const Names = t.Record(t.String(), t.Array(t.String()));

const Entry = t.Object(
  {
    user_id: t.Union([t.String(), t.Null()]),
    identity: t.Union([t.String(), t.Null()]),
    rpc_method_authorizations: t.Optional(Names),
  },
  { additionalProperties: true },
);

const Contents = t.Object({ allow_list: t.Array(Entry), groups: Names, roles: Names }, { additionalProperties: true });

/** An entry of the allow list, as `platform.auth` tells it. */
export type ListedEntry = Static<typeof Entry> & Readonly<Record<string, unknown>>;

/** What `platform.auth` says stands in the auth file. */
export type ListedContents = Omit<Static<typeof Contents>, 'allow_list'> & { readonly allow_list: ListedEntry[] };

const asContents = checker(Contents);

/** Reads the auth file of the running platform. */
export async function readContents(context: CommandContext): Promise<ListedContents> {
  const platform = await context.platform();
  return asContents(await platform.call(services.auth, 'auth_file.read'), 'the answer of platform.auth');
}

/** Calls a method of `platform.auth`. */
export async function callAuth(context: CommandContext, method: string, ...args: unknown[]): Promise<unknown> {
  const platform = await context.platform();
  return platform.call(services.auth, method, args);
}
