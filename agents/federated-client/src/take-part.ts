import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { pause, t, ticks } from '@volttron-ts/agent';
import type { AgentContext } from '@volttron-ts/agent';
import { CallError, loadChannelOptions, loadService, openClient } from '@volttron-ts/grpc';
import type { GrpcClient } from '@volttron-ts/grpc';
import { TrainingError } from './errors.ts';

export interface FederatedClientConfig {
  readonly name: string;
  readonly save_path: string;
  readonly heartbeat_frequency: number;
  readonly retry_timeout: number;
  readonly model_overwrites: Readonly<Record<string, unknown>>;
  readonly training_command: readonly string[];
}

/** A model may take its time on the way. */
const TRANSFER_MS = 600_000;
const LAST_RETRY_MS = 60_000;
const run = promisify(execFile);

/** Takes part until the server says that the rounds are over; then it stays and says so. */
export async function takePart(context: AgentContext<FederatedClientConfig>): Promise<void> {
  const { vip, config, log, clock } = context;
  const { options, warnings } = await loadChannelOptions({ ...config }, 'client');
  for (const warning of warnings) log.warn(warning);
  const client = await openClient({ options, service: loadService('mila.proto', 'mila.Mila'), clock, log });
  const learner = new Learner(context, client);
  vip.rpc.export('federation.status', {
    params: t.Tuple([]),
    description: 'How far this client is.',
    call: () => ({ target: options.target, phase: learner.phase, rounds: learner.rounds }),
  });
  try {
    await learner.run();
  } finally {
    client.close();
  }
}

const isOver = (error: unknown): boolean => error instanceof CallError && error.status === 'PERMISSION_DENIED';
const isLater = (error: unknown): boolean =>
  error instanceof CallError && ['RESOURCE_EXHAUSTED', 'UNAVAILABLE', 'DEADLINE_EXCEEDED'].includes(error.status);

class Learner {
  phase: 'registering' | 'waiting' | 'training' | 'sending' | 'finished' = 'registering';
  /** Rounds whose checkpoint the server has. */
  rounds = 0;
  readonly #context: AgentContext<FederatedClientConfig>;
  readonly #client: GrpcClient;
  readonly #folder: string;
  #token = '';

  constructor(context: AgentContext<FederatedClientConfig>, client: GrpcClient) {
    this.#context = context;
    this.#client = client;
    this.#folder = resolve(context.dataFolder, context.config.save_path);
  }

  async run(): Promise<void> {
    const { vip, config, log, signal } = this.#context;
    await mkdir(this.#folder, { recursive: true });
    const answer = await this.#ask('Authenticate', { name: config.name });
    if (answer === undefined) return;
    this.#token = (answer as { token: string }).token;
    const done = new AbortController();
    const beating = this.#beat(AbortSignal.any([signal, done.signal]));
    try {
      await this.#learn();
      if (this.phase === 'finished') {
        vip.health.setStatus('GOOD', `The rounds are over; this client took part in ${this.rounds}`);
        log.info('the rounds are over', { rounds: this.rounds });
      }
    } finally {
      done.abort();
      await beating;
    }
    await this.#leave();
  }

  async #learn(): Promise<void> {
    const { signal } = this.#context;
    while (!signal.aborted) {
      this.phase = 'waiting';
      const model = await this.#ask('RequestModel', { token: this.#token }).catch((error: unknown) => {
        if (isOver(error)) return undefined;
        throw error;
      });
      if (model === undefined) break;
      this.phase = 'training';
      const content = await this.#train(model as Model);
      this.phase = 'sending';
      await this.#ask('SendCheckpoint', { token: this.#token, content }).catch((error: unknown) => {
        // It was sent twice, or came too late: the next round is asked for either way.
        if (!(error instanceof CallError) || error.status !== 'FAILED_PRECONDITION') throw error;
      });
      this.rounds++;
    }
    if (!signal.aborted) this.phase = 'finished';
  }

  /** Asks until there is an answer; undefined when the agent ends. */
  async #ask(method: string, request: object): Promise<object | undefined> {
    const { config, clock, log, vip, signal } = this.#context;
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        const answer = await this.#client.call(method, request, { deadlineMs: TRANSFER_MS, signal });
        vip.health.setStatus('GOOD', this.phase);
        return answer;
      } catch (error) {
        if (this.#context.signal.aborted) return undefined;
        if (!isLater(error)) throw error;
        const isAway = (error as CallError).status !== 'RESOURCE_EXHAUSTED';
        if (isAway) vip.health.setStatus('BAD', String(error));
        if (isAway && failures === 0) log.warn('the server does not answer', { reason: String(error) });
        const delay = config.retry_timeout * 1000 * (isAway ? 2 ** Math.min(failures, 10) : 1);
        await pause(clock, Math.min(delay, LAST_RETRY_MS), signal);
      }
    }
    return undefined;
  }

  async #train({ json_configuration: given, latest_checkpoint: checkpoint }: Model): Promise<Buffer> {
    const { config, signal } = this.#context;
    const files = ['configuration.json', 'latest.checkpoint', 'learned.checkpoint'].map((name) =>
      join(this.#folder, name),
    );
    const [configuration = '', latest = '', learned = ''] = files;
    const task = { ...(JSON.parse(given.toString()) as object), ...config.model_overwrites };
    await writeFile(configuration, JSON.stringify(task, null, 2));
    await writeFile(latest, checkpoint);
    const [program = '', ...args] = config.training_command;
    try {
      await run(program, [...args, configuration, latest, learned], { signal });
      return await readFile(learned);
    } catch (error) {
      const { stderr = '', message } = error as { readonly stderr?: string; readonly message: string };
      throw new TrainingError(program, stderr.trim() === '' ? message : stderr.trim().slice(-500), error);
    }
  }

  async #beat(signal: AbortSignal): Promise<void> {
    const { config, clock, log } = this.#context;
    for await (const turn of ticks(clock, config.heartbeat_frequency * 1000, signal)) {
      if (turn === 0) continue;
      try {
        await this.#client.call('Heartbeat', { token: this.#token }, { signal });
      } catch (error) {
        if (!signal.aborted) log.warn('a sign of life did not arrive', { reason: String(error) });
      }
    }
  }

  async #leave(): Promise<void> {
    // Nothing is lost when the server does not hear it.
    await this.#client.call('Close', { token: this.#token }, { deadlineMs: 2000 }).catch(() => undefined);
  }
}

interface Model {
  readonly json_configuration: Buffer;
  readonly latest_checkpoint: Buffer;
}
