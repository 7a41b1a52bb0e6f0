import type { InstalledAgent } from './installed-agent.ts';

/** How the keys of agents are let onto the bus, which is more than files of a home. */
export interface Admission {
  /**
   * Called last before an agent is in place of another, if any. When it rejects, nothing is installed.
   *
   * @param capabilities that its package asks for
   */
  admit(agent: InstalledAgent, old: InstalledAgent | undefined, capabilities: readonly string[]): Promise<void>;
  /**
   * Undoes it for an agent that was not put in place after all, or not before a crash: the other one, which is as it
   * was, is let in again. It may be called for an agent whose admission never happened.
   */
  withdraw(agent: InstalledAgent, old: InstalledAgent | undefined): Promise<void>;
}
