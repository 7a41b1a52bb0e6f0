import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { t } from '@volttron-ts/agent';
import type { AgentContext } from '@volttron-ts/agent';
import { CallError, loadChannelOptions, loadService, startServer } from '@volttron-ts/grpc';
import type { UnaryHandler } from '@volttron-ts/grpc';
import { AggregationError } from './errors.ts';
import { Registry } from './registry.ts';
import { Rounds } from './rounds.ts';

export interface FederatedServerConfig {
  readonly task_configuration_file: string;
  readonly save_path: string;
  readonly start_point?: string;
  readonly rounds_count: number;
  readonly minimum_clients: number;
  readonly maximum_clients: number;
  readonly client_wait_time: number;
  readonly heartbeat_timeout: number;
  readonly blacklist: readonly string[];
  readonly whitelist: readonly string[];
  readonly use_whitelist: boolean;
  readonly aggregation_command: readonly string[];
}

const CHECK_MS = 1000;
const run = promisify(execFile);

/** Serves the rounds until they are over or the agent ends; the rounds over, it stays and says so. */
export async function serve(context: AgentContext<FederatedServerConfig>): Promise<void> {
  const { vip, config, log, clock, signal, dataFolder } = context;
  const { options, warnings } = await loadChannelOptions({ ...config }, 'server');
  for (const warning of warnings) log.warn(warning);
  const folder = resolve(dataFolder, config.save_path);
  await mkdir(folder, { recursive: true });
  const task = await readFile(config.task_configuration_file);
  const registry = new Registry({
    maximumClients: config.maximum_clients,
    heartbeatTimeoutMs: config.heartbeat_timeout * 1000,
    ...{ blacklist: config.blacklist, whitelist: config.whitelist, useWhitelist: config.use_whitelist, clock },
  });
  const rounds = new Rounds({
    ...{ registry, clock, log, roundsCount: config.rounds_count },
    ...{ minimumClients: config.minimum_clients, maximumClients: config.maximum_clients },
    clientWaitMs: config.client_wait_time * 1000,
    aggregate: (round, checkpoints) =>
      aggregate(config.aggregation_command, aggregateOf(folder, round), checkpoints, signal),
  });
  const handlers = handlersOf({ registry, rounds, folder, task, startPoint: config.start_point });
  const server = await startServer({ options, service: loadService('mila.proto', 'mila.Mila'), handlers, clock, log });
  log.info('the gRPC server listens', { target: server.target });
  vip.rpc.export('federation.status', {
    params: t.Tuple([]),
    description: 'How far the rounds are, and who takes part.',
    call: () => ({
      ...{ target: server.target, phase: rounds.phase, round: rounds.round, reason: rounds.reason },
      clients: registry.all.map(({ name, address }) => ({ name, address, living: isLiving(registry, name, address) })),
    }),
  });
  const stopChecking = every(clock, CHECK_MS, () => {
    rounds.check();
  });
  try {
    void rounds.ended.then(() => {
      const { phase, reason } = rounds;
      if (phase === 'failed') vip.health.setStatus('BAD', reason);
      else vip.health.setStatus('GOOD', `${config.rounds_count} rounds are over`);
    });
    await new Promise((ended) => {
      signal.addEventListener('abort', ended, { once: true });
      if (signal.aborted) ended(undefined);
    });
  } finally {
    stopChecking();
    await server.stop();
  }
}

const isLiving = (registry: Registry, name: string, address: string): boolean =>
  registry.living.some((one) => one.name === name && one.address === address);

const aggregateOf = (folder: string, round: number): string => join(folder, `${round}.aggregate.pt`);

function every(clock: AgentContext<unknown>['clock'], milliseconds: number, work: () => void): () => void {
  let cancel = (): void => undefined;
  const next = (): void => {
    cancel = clock.after(milliseconds, () => {
      work();
      next();
    });
  };
  next();
  return () => {
    cancel();
  };
}

interface Served {
  readonly registry: Registry;
  readonly rounds: Rounds;
  readonly folder: string;
  readonly task: Buffer;
  readonly startPoint: string | undefined;
}

/** Requests come checked by the schema of the service. */
interface Request {
  readonly name: string;
  readonly token: string;
  readonly content: Buffer;
}

function handlersOf({ registry, rounds, folder, task, startPoint }: Served): Record<string, UnaryHandler> {
  return {
    Authenticate: (request, peer) => {
      const before = registry.all.length;
      const { token } = registry.register((request as Request).name, peer);
      if (registry.all.length > before) rounds.joined();
      return { token };
    },
    Heartbeat: (request, peer) => {
      registry.recognise((request as Request).token, peer);
      return {};
    },
    Close: (request, peer) => {
      registry.remove(registry.recognise((request as Request).token, peer).token);
      rounds.check();
      return {};
    },
    RequestModel: async (request, peer) => {
      const round = rounds.requestModel(registry.recognise((request as Request).token, peer));
      const from = round === 0 ? startPoint : aggregateOf(folder, round - 1);
      const checkpoint = from === undefined ? Buffer.alloc(0) : await readFile(from);
      return { json_configuration: task, latest_checkpoint: checkpoint };
    },
    SendCheckpoint: async (request, peer) => {
      const { token, content } = request as Request;
      const client = registry.recognise(token, peer);
      rounds.checkOwing(client);
      const name = `${client.name}.${client.address.replaceAll(/[.:]/g, '_')}.${rounds.round}.remote`;
      const round = rounds.round;
      await writeFile(join(folder, name), content);
      if (round !== rounds.round) throw new CallError('FAILED_PRECONDITION', 'This round is over.');
      rounds.delivered(client, join(folder, name));
      return {};
    },
  };
}

async function aggregate(
  [program = '', ...args]: readonly string[],
  into: string,
  checkpoints: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  try {
    await run(program, [...args, into, ...checkpoints], { signal });
  } catch (error) {
    const { stderr = '', message } = error as { readonly stderr?: string; readonly message: string };
    throw new AggregationError(program, stderr.trim() === '' ? message : stderr.trim().slice(-500), error);
  }
}
