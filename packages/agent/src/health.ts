import { InvalidValueError } from '@volttron-ts/vip-core';
import type { Clock } from '@volttron-ts/vip-core';
import { timestampOf } from './pubsub/headers.ts';

/** States of an agent (vip-zmq.md §2.14). */
export type HealthState = 'GOOD' | 'BAD' | 'UNKNOWN' | 'STARTING';

/** What `health.get_status` answers. */
export interface HealthStatus {
  readonly status: HealthState;
  readonly context: unknown;
  /** ISO 8601 UTC with µs. */
  readonly last_updated: string;
}

/** `vip.health`: what the agent says of itself. */
export interface Health {
  readonly status: HealthStatus;
  /** A changed state is told by a heartbeat at once. */
  setStatus(status: HealthState, context?: unknown): void;
  /** Publishes an alert, BAD when no state is given; settles when it is published. */
  sendAlert(key: string, context?: unknown, state?: HealthState): Promise<void>;
}

const states = new Set<string>(['GOOD', 'BAD', 'UNKNOWN', 'STARTING']);

const isState = (text: string): text is HealthState => states.has(text);

/** The text as a state; throws InvalidValueError. */
export function asHealthState(text: string): HealthState {
  if (isState(text)) return text;
  throw new InvalidValueError('status', text, `"${text}" is no status.`, 'Use GOOD, BAD, UNKNOWN or STARTING.');
}

/** Where alerts go: `alerts/<agent>/<instance>_<identity>`, dots as underscores. */
export const alertTopic = (agent: string, instance: string, identity: string): string =>
  `alerts/${agent}/${`${instance}_${identity}`.replaceAll('.', '_')}`;

export interface HealthContext {
  readonly clock: Clock;
  readonly changed: () => void;
  readonly publishAlert: (key: string, status: HealthStatus) => Promise<void>;
}

export class AgentHealth implements Health {
  readonly #context: HealthContext;
  #status: HealthStatus;
  #refused: HealthStatus | undefined;

  constructor(context: HealthContext) {
    this.#context = context;
    this.#status = this.#make('GOOD', null);
  }

  get status(): HealthStatus {
    return this.#refused ?? this.#status;
  }

  setStatus(status: HealthState, context: unknown = null): void {
    this.#change(() => {
      this.#status = this.#make(status, context);
    });
  }

  /** A configuration that was refused is BAD until one is taken, whatever the agent's own work says meanwhile. */
  setRefusedConfig(reason: string | undefined): void {
    this.#change(() => {
      this.#refused = reason === undefined ? undefined : this.#make('BAD', reason);
    });
  }

  #change(apply: () => void): void {
    const before = this.status.status;
    apply();
    if (this.status.status !== before) this.#context.changed();
  }

  sendAlert(key: string, context: unknown = null, state: HealthState = 'BAD'): Promise<void> {
    return this.#context.publishAlert(key, this.#make(state, context));
  }

  #make(status: HealthState, context: unknown): HealthStatus {
    return { status, context, last_updated: timestampOf(this.#context.clock) };
  }
}
