/** What a platform asks of the process that several of its agents share. */
export type ToHost =
  | {
      readonly kind: 'start';
      readonly uuid: string;
      /** An npm package, a path or a URL. */
      readonly module: string;
      /** Added to the process's own: `AGENT_VIP_IDENTITY`, `AGENT_UUID`, `AGENT_CONFIG` … (reference/vip-zmq.md §4.4). */
      readonly environment: Readonly<Record<string, string>>;
    }
  /** Asks one agent to end, or ends it at once. */
  | { readonly kind: 'stop' | 'kill'; readonly uuid: string };

/** What that process tells the platform about one agent. */
export type FromHost =
  | { readonly kind: 'welcomed'; readonly uuid: string; readonly agent: string }
  /** Whole lines that it printed or logged. */
  | { readonly kind: 'output'; readonly uuid: string; readonly text: string }
  | { readonly kind: 'exited'; readonly uuid: string; readonly code: number };

/** What an agent's thread is started with, and says. */
export interface SharedAgentData {
  readonly module: string;
}
export type FromAgent = { readonly welcomed: string } | { readonly code: number };
