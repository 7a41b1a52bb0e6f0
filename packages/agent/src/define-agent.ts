import type { Clock, Logger, Static, TSchema } from '@volttron-ts/vip-core';
import type { AgentConfig, ConfigSchema } from './agent-config.ts';
import type { Caller, ExportedMethod } from './rpc/method.ts';
import type { Vip } from './vip.ts';

/** What an agent has while it lives. */
export interface AgentContext<Config> {
  readonly vip: Vip;
  readonly config: AgentConfig<Config>;
  readonly log: Logger;
  readonly clock: Clock;
  /** Where it keeps its files: of an installed agent the folder that outlives its code, else the working folder. */
  readonly dataFolder: string;
  /** Aborts when the agent is to stop. */
  readonly signal: AbortSignal;
  /** Ends the agent. */
  readonly stop: () => void;
}

/** What a method has besides its arguments. */
export interface MethodContext<Config> extends AgentContext<Config> {
  readonly caller: Caller;
}

/** A method that other agents may call, with the agent's context. */
export type MethodDefinition<Config, Params extends TSchema> = Omit<ExportedMethod<Params>, 'call'> & {
  call(args: Static<Params>, context: MethodContext<Config>): unknown;
};

/** An agent: what it is configured by, what others may ask of it, what it does. */
export interface AgentDefinition {
  readonly name: string;
  /** What `agent.version` answers. */
  readonly version: string;
  readonly config: ConfigSchema;
  readonly methods: Readonly<Record<string, MethodDefinition<unknown, TSchema>>>;
  run(context: AgentContext<unknown>): Promise<void>;
}

/** What an author writes; see defineAgent. */
export interface AgentSource<C extends ConfigSchema, P extends Readonly<Record<string, TSchema>>> {
  readonly name: string;
  readonly version?: string;
  readonly config: C;
  readonly methods?: { readonly [K in keyof P]: MethodDefinition<Static<C>, P[K]> };
  /** The agent's life. Begins at the first connection; a reconnect does not run it again. */
  run?(context: AgentContext<Static<C>>): Promise<void>;
}

/** Defines an agent; a module that is an agent exports it as its default. */
export function defineAgent<
  C extends ConfigSchema,
  P extends Readonly<Record<string, TSchema>> = Record<string, never>,
>(source: AgentSource<C, P>): AgentDefinition {
  return {
    name: source.name,
    version: source.version ?? '0.0.0',
    config: source.config,
    methods: source.methods ?? {},
    run: async (context: AgentContext<Static<C>>) => {
      await source.run?.(context);
    },
  };
}
