import { encodePublishBody, encodeText } from '@volttron-ts/vip-core';
import { timestampOf, versionHeaders } from './pubsub/headers.ts';
import type { Session } from './session/session.ts';

const PERIOD_MS = 60_000;

/** `vip.heartbeat`: how often the agent says that it lives. */
export interface HeartbeatControl {
  /** Seconds between beats; 0 for none. */
  setPeriod(seconds: number): void;
}

/**
 * Tells `heartbeat/<identity>` that the agent lives (vip-zmq.md §2.15): at once, on each connection, then every period.
 * A beat is of no use later, so it is neither kept nor numbered.
 */
export class Heartbeat implements HeartbeatControl {
  readonly #session: Session;
  readonly #status: () => string;
  #periodMs = PERIOD_MS;
  #count = 0;
  #running = false;
  #cancel: () => void = () => undefined;

  constructor(session: Session, status: () => string) {
    this.#session = session;
    this.#status = status;
    session.onPhase((phase) => {
      if (phase === 'established' && this.#running) this.#beat();
    });
  }

  start(): void {
    this.#running = true;
    this.#beat();
  }

  stop(): void {
    this.#running = false;
    this.#cancel();
  }

  /** Beats at once, when it runs at all. */
  restart(): void {
    if (this.#running) this.#beat();
  }

  setPeriod(seconds: number): void {
    this.#periodMs = seconds * 1000;
    this.restart();
  }

  #beat(): void {
    this.#cancel();
    if (this.#periodMs === 0) return;
    this.#cancel = this.#session.clock.after(this.#periodMs, () => {
      this.#beat();
    });
    if (this.#session.phase !== 'established') return;
    const headers = { TimeStamp: timestampOf(this.#session.clock), ...versionHeaders };
    const body = encodePublishBody('', headers, this.#status());
    const args = [encodeText('publish'), encodeText(`heartbeat/${this.#session.identity}`), body];
    this.#session.tell({ peer: '', id: `heartbeat.${++this.#count}`, subsystem: 'pubsub', args });
  }
}
