import { checkIdentity, formatTimestamp } from '@volttron-ts/vip-core';
import type { Clock } from '@volttron-ts/vip-core';
import { ConfigUnknownError } from '../../errors.ts';
import type { AgentPushes, Push } from './agent-pushes.ts';
import type { ConfigFiles } from './config-files.ts';
import { configKey, stripConfigName } from './config-name.ts';
import { ConfigDocument } from './config-document.ts';
import type { StoredConfig } from './config-document.ts';
import { Turns } from './turns.ts';

export interface ConfigStoreOptions {
  readonly files: ConfigFiles;
  readonly pushes: AgentPushes;
  readonly clock: Clock;
}

/** Whether and how an agent is told of a change. */
export interface Telling {
  readonly triggerCallback: boolean;
  readonly sendUpdate: boolean;
}

export interface ConfigChange extends Telling {
  readonly identity: string;
  readonly name: string;
}

/**
 * The configurations of all agents (reference/vip-zmq.md §2.16). Changes of one agent's store are made, and told to it,
 * in their order; a caller is answered when the file is written and the agent has answered or failed to.
 */
export class ConfigStore {
  readonly #files: ConfigFiles;
  readonly #pushes: AgentPushes;
  readonly #clock: Clock;
  readonly #turns = new Turns();

  constructor({ files, pushes, clock }: ConfigStoreOptions) {
    this.#files = files;
    this.#pushes = pushes;
    this.#clock = clock;
  }

  /** Who has a store. */
  identities(): Promise<string[]> {
    return this.#files.identities();
  }

  async names(identity: string): Promise<string[]> {
    return (await this.#files.read(identity)).names;
  }

  /** Throws ConfigUnknownError. */
  async get(identity: string, name: string): Promise<StoredConfig> {
    const config = (await this.#files.read(identity)).configs.get(configKey(name));
    if (config === undefined) throw new ConfigUnknownError(identity, stripConfigName(name));
    return config;
  }

  /** Throws ConfigInvalidError, FileUnwritableError. */
  set({ identity, name, ...telling }: ConfigChange, type: string, data: string): Promise<void> {
    return this.#change(identity, async () => {
      const before = await this.#files.read(identity);
      const modified = formatTimestamp(this.#clock.now() * 1000);
      const { document, config } = before.with({ name, type, data, modified });
      await this.#files.write(identity, document);
      const action = before.configs.has(configKey(name)) ? 'UPDATE' : 'NEW';
      return update(action, config.name, telling, { contents: config.contents });
    });
  }

  /** Throws ConfigUnknownError. */
  delete({ identity, name, ...telling }: ConfigChange): Promise<void> {
    return this.#change(identity, async () => {
      const before = await this.#files.read(identity);
      if (!before.configs.has(configKey(name))) throw new ConfigUnknownError(identity, stripConfigName(name));
      await this.#files.write(identity, before.without(name));
      return update('DELETE', stripConfigName(name), telling);
    });
  }

  /** Nothing happens where there is none. */
  deleteAll(identity: string): Promise<void> {
    return this.#change(identity, async () => {
      if ((await this.#files.read(identity)).isEmpty) return undefined;
      await this.#files.write(identity, ConfigDocument.empty);
      return update('DELETE_ALL', null, { triggerCallback: true, sendUpdate: true });
    });
  }

  /** Tells an agent everything. */
  initialize(identity: string): Promise<void> {
    return this.#change(identity, async () => {
      const { contents } = await this.#files.read(identity);
      return { method: 'config.initial_update', args: [contents], what: 'its configurations' };
    });
  }

  /** The push takes its place behind those of earlier changes before a later change can be made. */
  async #change(identity: string, change: () => Promise<Push | undefined>): Promise<void> {
    checkIdentity(identity);
    const { told } = await this.#turns.take(identity, async () => {
      const push = await change();
      return { told: push === undefined ? undefined : this.#pushes.push(identity, push) };
    });
    await told;
  }
}

function update(
  action: string,
  name: string | null,
  { triggerCallback, sendUpdate }: Telling,
  contents: Readonly<Record<string, unknown>> = {},
): Push | undefined {
  if (!sendUpdate) return undefined;
  const kwargs = { ...contents, trigger_callback: triggerCallback };
  return { method: 'config.update', args: [action, name], kwargs, what: `${action} ${name ?? ''}`.trim() };
}
