import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import federatedClient from '@volttron-ts/federated-client';
import federatedServer from '@volttron-ts/federated-server';
import { describe, expect, it } from 'vitest';
import { python, quickstart, scratchFolder, script, startBeside, startPython, writeOptions } from './site.ts';
import type { Fragment } from './site.ts';

const average = ['/usr/bin/python3', script('average.py')];
const learn = ['/usr/bin/python3', script('learn.py')];

/** A server agent on a free port; answers where. */
async function startServer(folder: string, fragment: Fragment, config: object = {}): Promise<string> {
  const task = await writeOptions(folder, 'task.json', { step: 1 });
  const { vip, log } = startBeside(federatedServer, folder, {
    ...{ ...fragment, target: 'localhost:0', task_configuration_file: task, aggregation_command: average },
    ...{ client_wait_time: 0, heartbeat_timeout: 2, ...config },
  });
  const line = await log.line(({ message }) => message === 'the gRPC server listens');
  expect(vip.health.status.status).toBe('GOOD');
  return String(line.fields['target']);
}

const aggregate = (folder: string, round: number): Promise<string> =>
  readFile(join(folder, `federated/${round}.aggregate.pt`), 'utf8');

const isOver = ({ log }: ReturnType<typeof startBeside>): Promise<unknown> =>
  log.line(({ message }) => message === 'the rounds are over');

describe('federated rounds', () => {
  it(
    'ten with three foreign clients, of which one dies in the third; the rest finish',
    { timeout: 120_000 },
    async () => {
      const folder = await scratchFolder();
      const { server, clients } = await quickstart(folder, 3);
      // As seed 003 writes it.
      const { ssl_private_key: key, ssl_cert: cert, ssl_root_cert: root } = server as Record<string, string>;
      const file = join(folder, 'seed.json');
      await writeFile(
        file,
        `{\n    "use_secure_connection": True,\n    "ssl_private_key": "${key}",\n    "ssl_cert": "${cert}",\n    "ssl_root_cert": "${root}"\n}`,
      );
      const target = await startServer(folder, { grpc_configuration_file: file }, { minimum_clients: 3 });
      const ended = await Promise.all(
        clients.map(async (client, n) => {
          const options = await writeOptions(folder, `python${n}.json`, { ...client, target });
          return python('client.py', options, `site${n}`, n === 2 ? '2' : '-1');
        }),
      );
      expect(ended).toEqual(['{"rounds": 10}', '{"rounds": 10}', 9]);
      expect(await aggregate(folder, 9)).toBe('10.0');
    },
  );

  it('by our own clients, with what they overwrite', { timeout: 60_000 }, async () => {
    const folder = await scratchFolder();
    const { server, clients } = await quickstart(folder, 2);
    const target = await startServer(folder, server, { rounds_count: 3 });
    const agents = clients.map((client, n) =>
      startBeside(federatedClient, join(folder, `agent${n}`), {
        ...{ ...client, target, name: `site${n}`, training_command: learn, retry_timeout: 0.05 },
        ...(n === 0 ? {} : { model_overwrites: { step: 3 } }),
      }),
    );
    await Promise.all(agents.map(isOver));
    expect(await aggregate(folder, 2)).toBe('6.0');
    expect(agents[0]?.vip.health.status.context).toBe('The rounds are over; this client took part in 3');
  });

  it('by our client at a foreign server', { timeout: 60_000 }, async () => {
    const folder = await scratchFolder();
    const { server, clients } = await quickstart(folder, 1);
    const lines = startPython('server.py', await writeOptions(folder, 'server.json', server));
    const port = String((await lines.next()).value);
    const agent = startBeside(federatedClient, folder, {
      ...{ ...clients[0], target: `localhost:${port}`, name: 'site', training_command: learn, retry_timeout: 0.05 },
    });
    await isOver(agent);
    expect([(await lines.next()).value, (await lines.next()).value]).toEqual(['1.0', '1.0']);
  });

  it(
    'a foreign client gets in by the name that the certificate has, with a certificate of the root',
    { timeout: 60_000 },
    async () => {
      const folder = await scratchFolder();
      const { server, clients } = await quickstart(folder, 1);
      const elsewhere = await quickstart(await scratchFolder(), 1);
      const target = await startServer(folder, server);
      const ask = async (options: object): Promise<unknown> =>
        python('ask.py', await writeOptions(folder, 'ask.json', options));
      const client = { ...clients[0], target };
      const port = target.split(':').at(-1) ?? '';
      expect(await ask(client)).toBe('36');
      expect(await ask({ ...client, target: `127.0.0.1:${port}` })).toBe('36');
      expect(await ask({ ...client, target: `127.0.0.1:${port}`, options: [] })).toBe('UNAVAILABLE');
      expect(await ask({ ...client, options: [['grpc.ssl_target_name_override', 'elsewhere']] })).toBe('UNAVAILABLE');
      expect(await ask({ ...elsewhere.clients[0], target })).toBe('UNAVAILABLE');
      expect(await ask({ ...client, use_secure_connection: false })).toBe('UNAVAILABLE');
    },
  );
});
