import { defineAgent, t } from '@volttron-ts/agent';
import type { AgentDefinition } from '@volttron-ts/agent';
import type { AuthFile, SnapshotAuthorizer } from '@volttron-ts/auth';
import type { Enrolment } from '@volttron-ts/enrolment';
import { authFileMethods } from './auth/auth-file-methods.ts';
import { lookupMethods } from './auth/lookup-methods.ts';
import { methodAuthorizations } from './auth/method-authorizations.ts';
import { requestMethods } from './auth/request-methods.ts';

export interface AuthServiceOptions {
  readonly enrolment: Enrolment;
  readonly authorizer: SnapshotAuthorizer;
  readonly file: AuthFile;
  /** Ends the live sessions of a key. */
  readonly dropLive: (credential: string) => void;
}

/**
 * `platform.auth` (reference/vip-zmq.md §3.8): who waits, who is let in, and what users may do. What changes anything
 * needs `allow_auth_modifications`.
 */
export function defineAuthService({ enrolment, authorizer, file, dropLive }: AuthServiceOptions): AgentDefinition {
  return defineAgent({
    name: 'platform.auth',
    config: t.Object({}),
    methods: {
      ...requestMethods(enrolment),
      ...lookupMethods(file, authorizer),
      ...authFileMethods(file, dropLive),
      ...methodAuthorizations(file, authorizer),
    },
  });
}
