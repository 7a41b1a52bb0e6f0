import { encodePing } from './codec/command.ts';
import type { Settings } from './options.ts';

interface HeartbeatEvents {
  send(command: Buffer): void;
  /** The peer has been silent for too long. */
  silent(): void;
  /** Our own owner makes us not read: silence says nothing about the peer. */
  paused(): boolean;
}

/** Sends PINGs and notices silence, both towards our own timeout and the TTL that the peer asks for (ZMTP 3.1). */
export class Heartbeat {
  private readonly settings: Settings;
  private readonly events: HeartbeatEvents;
  private readonly cancels = new Map<string, () => void>();
  /** Set by each arrival, cleared when a deadline begins. */
  private heard = false;
  private heardSinceTtl = false;
  private probes = 0;
  private probe: { readonly context: Buffer; readonly done: (alive: boolean) => void } | undefined;

  constructor(settings: Settings, events: HeartbeatEvents) {
    this.settings = settings;
    this.events = events;
  }

  start(): void {
    if (this.settings.heartbeatMs > 0) this.after('ping', this.settings.heartbeatMs, this.ping);
  }

  stop(): void {
    for (const cancel of this.cancels.values()) cancel();
    this.cancels.clear();
    this.finishProbe(false);
  }

  received(): void {
    this.heard = true;
    this.heardSinceTtl = true;
  }

  /** The peer asks to be given up when it is silent for that long; its next PING renews the request. */
  promised(ttlMs: number): void {
    if (ttlMs === 0 || this.cancels.has('ttl')) return;
    this.heardSinceTtl = false;
    this.after('ttl', ttlMs, () => {
      if (!this.heardSinceTtl && !this.events.paused()) this.events.silent();
    });
  }

  pong(context: Buffer): void {
    if (this.probe?.context.equals(context)) this.finishProbe(true);
  }

  /** Answers whether the peer returns a PONG in time; true while we do not read from it, as it cannot tell. */
  check(timeoutMs: number, done: (alive: boolean) => void): void {
    this.probes += 1;
    const context = Buffer.from(`probe${this.probes}`);
    this.probe = { context, done };
    this.events.send(encodePing(0, context));
    this.after('probe', timeoutMs, () => {
      this.finishProbe(this.events.paused());
    });
  }

  get checking(): boolean {
    return this.probe !== undefined;
  }

  private finishProbe(alive: boolean): void {
    this.cancels.get('probe')?.();
    this.cancels.delete('probe');
    const { probe } = this;
    this.probe = undefined;
    probe?.done(alive);
  }

  private readonly ping = (): void => {
    const { heartbeatMs, heartbeatTimeoutMs } = this.settings;
    this.events.send(encodePing(Math.ceil(heartbeatTimeoutMs / 100), Buffer.alloc(0)));
    this.after('ping', heartbeatMs, this.ping);
    if (this.cancels.has('pong')) return;
    this.heard = false;
    this.after('pong', heartbeatTimeoutMs, () => {
      if (!this.heard && !this.events.paused()) this.events.silent();
    });
  };

  private after(name: string, ms: number, call: () => void): void {
    const cancel = this.settings.timers.after(ms, () => {
      this.cancels.delete(name);
      call();
    });
    this.cancels.set(name, cancel);
  }
}
