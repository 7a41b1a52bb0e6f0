import type { MethodDefinition, TSchema } from '@volttron-ts/agent';
import { t } from '@volttron-ts/agent';
import type { SnapshotAuthorizer } from '@volttron-ts/auth';
import { UnauthorizedError } from '@volttron-ts/vip-core';

/** The capability to change who may do what (reference/vip-zmq.md §3.5). */
export const MODIFY = 'allow_auth_modifications';

/** Methods of a service by name. */
export type Methods = Readonly<Record<string, MethodDefinition<unknown, TSchema>>>;

/** One method, typed by its own parameters. */
export const method = <Params extends TSchema>(
  definition: MethodDefinition<unknown, Params>,
): MethodDefinition<unknown, Params> => definition;

/** The parameters of methods that take none, and of those about one user or request. */
export const none = t.Tuple([]);
export const userId = t.Tuple([t.String({ title: 'user_id' })]);

/** For methods that a peer may call about itself. Throws UnauthorizedError. */
export function requireOwnOr(authorizer: SnapshotAuthorizer, caller: string, identity: string, what: string): void {
  if (caller === identity || authorizer.allows(caller, MODIFY)) return;
  throw new UnauthorizedError(
    `method "${what}" requires capabilities {'${MODIFY}'} for another identity than its caller's, and user ${caller} lacks it`,
    { item: what, value: caller, remedy: `Name ${caller} itself, or give it that capability.` },
  );
}
