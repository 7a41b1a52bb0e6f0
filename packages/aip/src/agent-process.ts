import type { InstalledAgent } from './installed-agent.ts';
import type { ProcessMark } from './process-mark.ts';

/** How an agent's process ended. */
export interface AgentEnd {
  /** Its code; minus the number of the signal that ended it, as Python tells it. */
  readonly exitCode: number;
  /** Whether the launcher was asked to stop it. */
  readonly asked: boolean;
}

/** The process of an agent, a child of this one or taken back from a platform before it. */
export class AgentProcess {
  readonly agent: InstalledAgent;
  readonly pid: number;
  /** Undefined where the system does not tell one process from the next with its pid (no `/proc`). */
  readonly mark: ProcessMark | undefined;
  readonly ended: Promise<AgentEnd>;
  readonly #end = Promise.withResolvers<AgentEnd>();
  #exitCode: number | null = null;
  #asked = false;

  constructor(agent: InstalledAgent, pid: number, mark: ProcessMark | undefined) {
    this.agent = agent;
    this.pid = pid;
    this.mark = mark;
    this.ended = this.#end.promise;
  }

  /** Null while it runs. */
  get exitCode(): number | null {
    return this.#exitCode;
  }

  /** Its end from now on is wanted. */
  ask(): void {
    this.#asked = true;
  }

  /** Whoever watches it tells that it ended; the first one counts. */
  end(exitCode: number): void {
    if (this.#exitCode !== null) return;
    this.#exitCode = exitCode;
    this.#end.resolve({ exitCode, asked: this.#asked });
  }
}
