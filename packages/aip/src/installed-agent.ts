/** An agent as it lies in `$VOLTTRON_HOME/agents/<uuid>` (reference/agents-cli.md §7.9). */
export interface InstalledAgent {
  readonly uuid: string;
  /** Name and version, such as `listeneragent-3.3`; also the name of its package folder. */
  readonly name: string;
  readonly version: string;
  readonly identity: string;
  readonly tag: string | null;
  /** The text of AUTOSTART; null when it does not start with the platform. */
  readonly priority: string | null;
  /** Empty when its key store cannot be read. */
  readonly publickey: string;
  /** `agents/<uuid>`, absolute. */
  readonly folder: string;
  /** Ours (an npm package), a Python agent of a home taken over, or neither. */
  readonly kind: 'node' | 'python' | 'broken';
}

/** How patterns choose agents; without a flag a pattern is the beginning of a UUID, else of a name. */
export interface AgentSelection {
  readonly name?: true;
  readonly tag?: true;
  readonly allTagged?: true;
  readonly uuid?: true;
}
