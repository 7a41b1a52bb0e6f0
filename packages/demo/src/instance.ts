import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { agentEntry, AuthFile, ensureEntries, KeyStore } from '@volttron-ts/auth';
import { Child } from './child.ts';

/** The file of a workspace package. */
const fileOf = (name: string, file: string): string =>
  join(dirname(fileURLToPath(import.meta.resolve(`${name}/package.json`))), file);

export interface AgentPlan {
  /** Its VIP identity. */
  readonly identity: string;
  /** The npm package that it is. */
  readonly module: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly capabilities?: Readonly<Record<string, null>>;
}

/** One platform instance of the demonstration: its home, its processes. */
export class Instance {
  readonly name: string;
  readonly home: string;
  readonly #children = new Map<string, Child>();
  readonly #starts = new Map<string, () => Promise<unknown>>();

  constructor(root: string, name: string) {
    this.name = name;
    this.home = join(root, name);
  }

  /** Makes the home with its configuration, and a key and an entry for each agent. */
  async prepare(config: Readonly<Record<string, string>>, agents: readonly AgentPlan[]): Promise<void> {
    await mkdir(this.home, { recursive: true, mode: 0o700 });
    const lines = Object.entries(config).map(([key, value]) => `${key} = ${value}`);
    await writeFile(join(this.home, 'config'), ['[volttron]', ...lines, ''].join('\n'), { mode: 0o600 });
    const keys = new KeyStore(this.home);
    const entries = await Promise.all(
      agents.map(async ({ identity, capabilities }) =>
        agentEntry(identity, (await keys.agent(identity)).publicKey, capabilities),
      ),
    );
    await ensureEntries(await AuthFile.open(join(this.home, 'auth.json')), entries);
  }

  /** Starts `volttron`; settles with what it says when it serves. */
  async startPlatform(): Promise<unknown> {
    return this.#start('volttron', fileOf('@volttron-ts/platform', 'bin/volttron.js'), ['--home', this.home, '-v']);
  }

  /** Starts an agent in a process of its own; settles when it was welcomed. */
  async startAgent({ identity, module, config }: AgentPlan): Promise<unknown> {
    const configFile = join(this.home, `${identity}.config`);
    await writeFile(configFile, JSON.stringify(config, null, 2), { mode: 0o600 });
    const args = ['--identity', identity, '--config', configFile, import.meta.resolve(module)];
    return this.#start(identity, fileOf('@volttron-ts/connect', 'bin/volttron-agent.js'), args);
  }

  async #start(name: string, script: string, args: readonly string[]): Promise<unknown> {
    this.#starts.set(name, async () => this.#start(name, script, args));
    const child = new Child({
      name: `${this.name} ${name}`,
      script,
      args,
      environment: { VOLTTRON_HOME: this.home },
      logFile: join(this.home, `${name}.log`),
    });
    this.#children.set(name, child);
    return child.ready();
  }

  /** Starts a process that has ended as it was started before; settles when it serves or was welcomed. */
  async restart(name: string): Promise<unknown> {
    if (this.child(name).running) throw new Error(`${this.child(name).name} still runs`);
    return this.#starts.get(name)?.();
  }

  child(name: string): Child {
    const child = this.#children.get(name);
    if (child === undefined) throw new Error(`${this.name} has no process ${name}`);
    return child;
  }

  get children(): readonly Child[] {
    return [...this.#children.values()];
  }

  async stop(name: string): Promise<void> {
    await this.#children.get(name)?.stop();
  }
}
