import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryLog } from '@volttron-ts/agent/testing';
import { SteppedClock } from '@volttron-ts/vip-core/testing';
import { onTestFinished } from 'vitest';
import { defaultsOf, loadService, openClient, startServer } from '@volttron-ts/grpc';
import type { ChannelOptions, GrpcClient, Peer, RunningServer, UnaryHandler } from '@volttron-ts/grpc';

export const mila = loadService('mila.proto', 'mila.Mila');

export async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'grpc-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Answers a token of 36 characters, and echoes checkpoints as models. */
export const handlers = (peers: Peer[] = []): Record<string, UnaryHandler> => ({
  Authenticate: (_request, peer) => {
    peers.push(peer);
    return { token: '0'.repeat(36) };
  },
  RequestModel: () => ({ json_configuration: Buffer.from('{}'), latest_checkpoint: Buffer.alloc(0) }),
  SendCheckpoint: () => ({}),
  Heartbeat: () => ({}),
  Close: () => ({}),
});

export interface Rig {
  readonly server: RunningServer;
  readonly client: GrpcClient;
  readonly serverLog: MemoryLog;
  readonly clientLog: MemoryLog;
  readonly peers: readonly Peer[];
}

/** A server on a free port and a client that dials it; `dial` says how the client names it. */
export async function rigOf(
  serverOptions: Partial<ChannelOptions>,
  clientOptions: Partial<ChannelOptions>,
  dial: (port: string) => string = (port) => `localhost:${port}`,
): Promise<Rig> {
  const [serverLog, clientLog] = [new MemoryLog(), new MemoryLog()];
  const clock = new SteppedClock();
  const peers: Peer[] = [];
  const server = await startServer({
    options: { ...defaultsOf('server'), target: 'localhost:0', ...serverOptions },
    ...{ service: mila, handlers: handlers(peers), clock, log: serverLog },
  });
  onTestFinished(async () => {
    const stopped = server.stop();
    clock.step(10_000);
    await stopped;
  });
  const target = dial(server.target.split(':').at(-1) ?? '');
  const client = await openClient({
    options: { ...defaultsOf('client'), target, ...clientOptions },
    ...{ service: mila, clock, log: clientLog },
  });
  onTestFinished(() => {
    client.close();
  });
  return { server, client, serverLog, clientLog, peers };
}
