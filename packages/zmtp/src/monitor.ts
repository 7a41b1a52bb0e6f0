import type { CloseReason } from './connection.ts';

/** What a socket tells its owner about its connections; `address` is the peer's IP, `localhost` on ipc. */
export type MonitorEvent =
  | { readonly type: 'listening'; readonly endpoint: string }
  | { readonly type: 'listen-failed'; readonly endpoint: string; readonly error: Error }
  | { readonly type: 'accepted'; readonly endpoint: string; readonly address: string }
  | {
      readonly type: 'connected';
      readonly endpoint: string;
      readonly address: string;
      readonly identity: Buffer;
    }
  | {
      readonly type: 'handshake-failed';
      readonly endpoint: string;
      readonly address: string;
      readonly reason: CloseReason;
      readonly error: Error | undefined;
    }
  | {
      readonly type: 'disconnected';
      readonly endpoint: string;
      readonly address: string;
      readonly identity: Buffer;
      readonly reason: CloseReason;
      readonly error: Error | undefined;
    }
  /** A dealer tries again after `delayMs`. */
  | { readonly type: 'retried'; readonly endpoint: string; readonly attempt: number; readonly delayMs: number }
  /** A handler of the owner threw; the connection goes on. */
  | { readonly type: 'handler-failed'; readonly endpoint: string; readonly error: Error };

export type Monitor = (event: MonitorEvent) => void;

/** Calls what belongs to the owner; nothing it throws gets further. */
export function guarded(call: () => void, failed: (cause: unknown) => void): void {
  try {
    call();
  } catch (error) {
    failed(error);
  }
}

/** A monitor that cannot throw. */
export function safeMonitor(monitor: Monitor | undefined): Monitor {
  return (event) => {
    if (monitor)
      guarded(
        () => {
          monitor(event);
        },
        () => undefined,
      );
  };
}
