import { defineAgent, t } from '@volttron-ts/agent';
import type { AgentDefinition } from '@volttron-ts/agent';
import type { AuthFile, SnapshotAuthorizer } from '@volttron-ts/auth';
import type { CertificateEnrolment, Enrolment } from '@volttron-ts/enrolment';
import type { Audit } from './auth/audited-enrolment.ts';
import { authFileMethods } from './auth/auth-file-methods.ts';
import { lookupMethods } from './auth/lookup-methods.ts';
import { methodAuthorizations } from './auth/method-authorizations.ts';
import { modularMethods } from './auth/modular-methods.ts';
import type { TopicRefusals } from './auth/modular-methods.ts';
import { requestMethods } from './auth/request-methods.ts';

export interface AuthServiceOptions {
  readonly enrolment: Enrolment;
  /** Where certificate requests are served. */
  readonly certificates?: CertificateEnrolment | undefined;
  readonly authorizer: SnapshotAuthorizer;
  readonly file: AuthFile;
  /** Who may use which topics. */
  readonly topics: TopicRefusals;
  readonly audit: Audit;
}

/**
 * `platform.auth` (reference/vip-zmq.md §3.8): who waits, who is let in, and what users may do. What changes anything
 * needs `allow_auth_modifications`.
 */
export function defineAuthService(options: AuthServiceOptions): AgentDefinition {
  const { enrolment, certificates, authorizer, file, topics, audit } = options;
  return defineAgent({
    name: 'platform.auth',
    config: t.Object({}),
    methods: {
      ...requestMethods(enrolment, certificates),
      ...lookupMethods(file, authorizer),
      ...authFileMethods(file, audit),
      ...methodAuthorizations(file, authorizer, audit),
      ...modularMethods(file, authorizer, topics),
    },
  });
}
