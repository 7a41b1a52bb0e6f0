import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { exitCodes } from '../exit-code.ts';
import { failureLine } from '../failure-line.ts';
import type { FromAgent, FromHost, SharedAgentData, ToHost } from './host-messages.ts';

/** The module of an agent's thread, in the form that this one runs in: from sources or from the build. */
const AGENT = new URL(`./shared-agent${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/** The process's channel to the platform that launched it. */
export interface HostChannel {
  /** The callback hears of a platform that is gone. */
  send(message: FromHost, sent: (error: Error | null) => void): unknown;
  readonly connected: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  on(event: 'message', listener: (message: ToHost) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
}

/** What V8 takes for short-lived objects without a limit is most of what a thread that does little costs. */
const YOUNG_MB = 6;
/** How long agents may take to end when the process ends, ms. */
const GRACE_MS = 15_000;

/**
 * Runs the agents that the platform names, each in a thread of its own, until the signal, or until the platform is
 * gone: these agents end and start with it. An agent's crash is that agent's exit and nobody else's.
 */
export async function hostSharedAgents(channel: HostChannel, signal: AbortSignal): Promise<void> {
  const host = new SharedHost(channel, (message) => {
    if (channel.connected) channel.send(message, () => undefined);
  });
  const over = Promise.withResolvers<undefined>();
  const end = (): void => {
    over.resolve(undefined);
  };
  channel.on('message', (message) => {
    host.take(message);
  });
  channel.on('disconnect', end);
  signal.addEventListener('abort', end, { once: true });
  if (!signal.aborted) await over.promise;
  await host.end();
}

class SharedHost {
  readonly #environment: HostChannel['env'];
  readonly #tell: (message: FromHost) => void;
  readonly #agents = new Map<string, { readonly worker: Worker; readonly ended: Promise<void> }>();

  constructor({ env }: HostChannel, tell: (message: FromHost) => void) {
    this.#environment = env;
    this.#tell = tell;
  }

  take(message: ToHost): void {
    if (message.kind === 'start') this.#start(message);
    else if (message.kind === 'stop') this.#agents.get(message.uuid)?.worker.postMessage('stop');
    else void this.#agents.get(message.uuid)?.worker.terminate();
  }

  async end(): Promise<void> {
    const agents = [...this.#agents.values()];
    for (const { worker } of agents) worker.postMessage('stop');
    const timer = setTimeout(() => {
      for (const { worker } of agents) void worker.terminate();
    }, GRACE_MS);
    await Promise.all(agents.map(({ ended }) => ended));
    clearTimeout(timer);
  }

  #start({ uuid, module, environment }: Extract<ToHost, { kind: 'start' }>): void {
    if (this.#agents.has(uuid)) return;
    const workerData: SharedAgentData = { module };
    const worker = new Worker(AGENT, {
      name: environment['AGENT_VIP_IDENTITY'] ?? uuid,
      workerData,
      env: { ...this.#environment, ...environment },
      stdout: true,
      stderr: true,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    let code: number | undefined;
    worker.on('message', (message: FromAgent) => {
      if ('code' in message) code = message.code;
      else this.#tell({ kind: 'welcomed', uuid, agent: message.welcomed });
    });
    worker.on('error', (error) => {
      code = exitCodes.failure;
      this.#tell({ kind: 'output', uuid, text: `volttron-agent: the agent crashed: ${failureLine(error)}` });
    });
    const outputs = [worker.stdout, worker.stderr].map((stream) => this.#hand(uuid, stream));
    const ended = new Promise<void>((resolve) => {
      worker.once('exit', (exitCode) => {
        this.#agents.delete(uuid);
        void Promise.all(outputs).then(() => {
          this.#tell({ kind: 'exited', uuid, code: code ?? exitCode });
          resolve();
        });
      });
    });
    this.#agents.set(uuid, { worker, ended });
  }

  /** Hands on what an agent prints, line by line; settles with the stream's end. */
  async #hand(uuid: string, stream: Readable): Promise<void> {
    for await (const text of createInterface({ input: stream })) this.#tell({ kind: 'output', uuid, text });
  }
}
