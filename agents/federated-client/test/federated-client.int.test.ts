import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakePlatform, MemoryLog, startTestAgent } from '@volttron-ts/agent/testing';
import { CallError, defaultsOf, loadService, startServer } from '@volttron-ts/grpc';
import type { StatusName, UnaryHandler } from '@volttron-ts/grpc';
import { SteppedClock } from '@volttron-ts/vip-core/testing';
import federatedClient from '@volttron-ts/federated-client';
import { describe, expect, it, onTestFinished } from 'vitest';

/** A server that answers each method by the next of its words: a status, or what it gives. */
class Server {
  readonly asked: string[] = [];
  readonly sent: string[] = [];
  models: (StatusName | object)[] = [];
  sends: (StatusName | object)[] = [];
  registrations: (StatusName | object)[] = [{ token: 't' }];

  async start(): Promise<string> {
    const next = (method: string, words: (StatusName | object)[]): object => {
      this.asked.push(method);
      const word = words.shift() ?? 'PERMISSION_DENIED';
      if (typeof word === 'string') throw new CallError(word, 'as the test says');
      return word;
    };
    const handlers: Record<string, UnaryHandler> = {
      Authenticate: () => next('Authenticate', this.registrations),
      RequestModel: () => next('RequestModel', this.models),
      SendCheckpoint: (request) => {
        this.sent.push(String((request as { content: Buffer }).content));
        return next('SendCheckpoint', this.sends);
      },
      Heartbeat: () => ({}),
      Close: () => next('Close', [{}]),
    };
    const clock = new SteppedClock();
    const server = await startServer({
      options: { ...defaultsOf('server'), target: 'localhost:0' },
      ...{ service: loadService('mila.proto', 'mila.Mila'), handlers, clock, log: new MemoryLog() },
    });
    onTestFinished(async () => {
      const stopped = server.stop(0);
      clock.step(1);
      await stopped;
    });
    return server.target;
  }
}

const model = (step: number): object => ({
  json_configuration: Buffer.from(JSON.stringify({ step, epochs: 5 })),
  latest_checkpoint: Buffer.from('40'),
});

/** A program that writes what it was given. */
const PROGRAM = `
const { readFileSync, writeFileSync } = require('node:fs');
const [configuration, latest, learned] = process.argv.slice(2);
const { step, epochs } = JSON.parse(readFileSync(configuration, 'utf8'));
if (step < 0) { process.stderr.write('no such step'); process.exit(3); }
writeFileSync(learned, String(Number(readFileSync(latest, 'utf8')) + step * epochs));
`;

async function startClient(server: Server, config: object = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'federated-client-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const program = join(folder, 'train.cjs');
  await writeFile(program, PROGRAM);
  const agent = startTestAgent(new FakePlatform(), federatedClient, {
    dataFolder: folder,
    config: { target: await server.start(), name: 'site', training_command: [process.execPath, program], ...config },
  });
  onTestFinished(() => agent[Symbol.asyncDispose]());
  /** Lets the clock go on until the agent has said so. */
  const said = async (text: string): Promise<void> => {
    while (!agent.log.lines.some(({ message }) => message === text)) {
      agent.clock.step(100);
      await new Promise(setImmediate);
    }
  };
  return { agent, folder, said };
}

describe('federated client', () => {
  it(
    'asks again until there is a model, trains, sends, and stops when there is no more',
    { timeout: 20_000 },
    async () => {
      const server = new Server();
      server.models = ['RESOURCE_EXHAUSTED', model(1), 'RESOURCE_EXHAUSTED', 'UNAVAILABLE', model(2)];
      server.sends = [{}, {}];
      const { agent, folder, said } = await startClient(server, { model_overwrites: { epochs: 1 } });
      await said('the rounds are over');
      expect(server.sent).toEqual(['41', '42']);
      expect(JSON.parse(await readFile(join(folder, 'federated/configuration.json'), 'utf8'))).toEqual({
        step: 2,
        epochs: 1,
      });
      expect(agent.vip.health.status).toMatchObject({
        status: 'GOOD',
        context: 'The rounds are over; this client took part in 2',
      });
      expect(server.asked.filter((method) => method === 'Authenticate')).toHaveLength(1);
    },
  );

  it('goes on with the next round when what it learned came too late', { timeout: 20_000 }, async () => {
    const server = new Server();
    server.models = [model(1), model(2)];
    server.sends = ['FAILED_PRECONDITION', {}];
    const { said } = await startClient(server);
    await said('the rounds are over');
    expect(server.sent).toEqual(['45', '50']);
  });

  it('waits for a server that does not answer', { timeout: 20_000 }, async () => {
    const server = new Server();
    server.registrations = ['UNAVAILABLE', 'UNAVAILABLE', { token: 't' }];
    const { said } = await startClient(server);
    await said('the server does not answer');
    await said('the rounds are over');
  });

  it('ends with what its program said when the training fails', { timeout: 20_000 }, async () => {
    const server = new Server();
    server.models = [model(-1)];
    const { agent } = await startClient(server);
    await expect(agent.done).rejects.toMatchObject({
      code: 'training',
      message: expect.stringContaining('no such step') as string,
    });
  });

  it('ends when it is refused, and takes no name that is none', { timeout: 20_000 }, async () => {
    const server = new Server();
    server.registrations = ['PERMISSION_DENIED'];
    const { agent } = await startClient(server);
    await expect(agent.done).rejects.toMatchObject({ status: 'PERMISSION_DENIED' });
    await expect(startClient(server, { name: 'a b' })).rejects.toThrow(/name/);
  });
});
