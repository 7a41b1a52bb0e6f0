import { startAgent } from '@volttron-ts/agent';
import type { AgentDefinition, RunningAgent, StartAgentOptions } from '@volttron-ts/agent';
import type { AuditLog, AuthFile, InstanceSettings, KeyStore, SnapshotAuthorizer } from '@volttron-ts/auth';
import type { CertificateEnrolment, Enrolment } from '@volttron-ts/enrolment';
import type { Journal } from '@volttron-ts/history';
import type { ProtectedTopics } from '@volttron-ts/router';
import type { Clock, Logger } from '@volttron-ts/vip-core';
import type { RouterThread } from '../router-thread.ts';
import type { Parts } from './parts.ts';
import type { Rabbit } from './rabbit.ts';

/** What every service of a platform may stand on. */
export interface Foundations {
  readonly home: string;
  readonly settings: InstanceSettings;
  readonly clock: Clock;
  /** A log under a name such as `volttron.platform.auth`. */
  readonly log: (name: string) => Logger;
  readonly keys: KeyStore;
  readonly authFile: AuthFile;
  readonly authorizer: SnapshotAuthorizer;
  /** What was done, by whom; ends after every service. */
  readonly audit: AuditLog;
  /** Who may use which topics, as the router decides it. */
  readonly topics: ProtectedTopics;
  readonly journal: Journal;
  readonly enrolment: Enrolment;
  /** Where certificate requests are served. */
  readonly certificates: CertificateEnrolment | undefined;
  readonly router: RouterThread;
  /** Where the bus is RabbitMQ. */
  readonly rabbit: Rabbit | undefined;
}

type ServiceOptions = Partial<Pick<StartAgentOptions, 'bus' | 'subsystems'>>;

/** What the wiring of a service is given. */
export interface ServiceKit extends Foundations {
  /** Starts a service as a trusted peer of the bus; it ends with the platform. */
  startService(identity: string, definition: AgentDefinition, options?: ServiceOptions): RunningAgent;
  /** Something else that ends with the platform; the last added ends first. */
  part(name: string, end: () => Promise<unknown>): void;
  /** For what nobody waits for: its failure is logged, and ends nothing. */
  unawaited(work: Promise<unknown>, failure: string): void;
  /** Every service started so far. */
  readonly services: readonly RunningAgent[];
}

export function createServiceKit(foundations: Foundations, parts: Parts): ServiceKit {
  const { router, clock, log, authorizer } = foundations;
  const services: RunningAgent[] = [];
  const part: ServiceKit['part'] = (name, end) => {
    parts.add(name, end);
  };
  return {
    ...foundations,
    services,
    part,
    unawaited: (work, failure) => {
      parts.unawaited(work, failure);
    },
    startService(identity, definition, options = {}) {
      const agent = startAgent(definition, {
        bus: options.bus ?? router.connect(identity),
        clock,
        log: log(`volttron.${identity}`),
        capabilitiesOf: (user) => authorizer.capabilitiesOf(user),
        subsystems: options.subsystems ?? {},
      });
      services.push(agent);
      part(identity, async () => agent.stop());
      return agent;
    },
  };
}
