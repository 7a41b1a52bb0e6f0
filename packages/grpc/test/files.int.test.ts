import { chmod, copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BindError, ChannelFileError, defaultsOf, readKeyMaterial, startServer } from '@volttron-ts/grpc';
import { MemoryLog } from '@volttron-ts/agent/testing';
import { SteppedClock } from '@volttron-ts/vip-core/testing';
import { byOpenssl, byUs } from './support/certificates.ts';
import { handlers, mila, rigOf, scratchFolder } from './support/rig.ts';

describe('files of the channel', () => {
  it('are named with what is wrong with them, before anything is bound', async () => {
    const folder = await scratchFolder();
    const { server } = await byOpenssl(join(folder, 'a'));
    const other = await byUs(join(folder, 'b'));
    const nonsense = join(folder, 'nonsense.pem');
    await writeFile(nonsense, 'nonsense');
    const cases: readonly [object, string, RegExp][] = [
      [{ ssl_private_key: join(folder, 'none.key') }, 'ssl_private_key', /none\.key does not exist/],
      [{ ssl_cert: folder }, 'ssl_cert', /cannot be read \(EISDIR\)/],
      [{ ssl_private_key: nonsense }, 'ssl_private_key', /is no private key in PEM/],
      [{ ssl_private_key: join(folder, 'a/rootCA.key') }, 'ssl_private_key', /is encrypted/],
      [{ ssl_root_cert: nonsense }, 'ssl_root_cert', /is no certificate in PEM/],
      [{ ssl_cert: other.server.ssl_cert }, 'ssl_cert', /is not for the key in .*server\.key/],
    ];
    for (const [changed, item, message] of cases) {
      const options = { ...defaultsOf('server'), ...server, ...changed, use_secure_connection: true };
      const starting = startServer({
        options,
        ...{ service: mila, handlers: handlers(), clock: new SteppedClock(), log: new MemoryLog() },
      });
      await expect(starting).rejects.toMatchObject({ name: 'ChannelFileError', item, message });
      await expect(starting).rejects.toThrow(ChannelFileError);
    }
    await chmod(nonsense, 0o600);
  });

  it('a target that is taken is named', async () => {
    const { server } = await rigOf({}, {});
    const options = { ...defaultsOf('server'), target: server.target };
    const second = startServer({
      options,
      ...{ service: mila, handlers: handlers(), clock: new SteppedClock(), log: new MemoryLog() },
    });
    await expect(second).rejects.toThrow(BindError);
  });

  it('are used anew when they have changed, and not while they do not fit together', async () => {
    const folder = await scratchFolder();
    const [old, fresh] = [await byUs(join(folder, 'old')), await byUs(join(folder, 'fresh'))];
    const use = { use_secure_connection: true };
    const { server, client, serverLog, peers } = await rigOf({ ...use, ...old.server }, { ...use, ...old.client });
    await client.call('Authenticate', { name: 'a' });
    await copyFile(fresh.server.ssl_private_key, old.server.ssl_private_key);
    await server.reload();
    expect(serverLog.lines.at(-1)).toMatchObject({ message: 'changed files of the gRPC channel are not used' });
    // The connection that stands goes on.
    await client.call('Authenticate', { name: 'a' });
    await copyFile(fresh.server.ssl_cert, old.server.ssl_cert);
    await copyFile(fresh.server.ssl_root_cert, old.server.ssl_root_cert);
    await server.reload();
    await client.call('Authenticate', { name: 'a' });
    const stranger = await rigOf({}, { ...use, ...old.client }, () => server.target);
    // Its certificate is of the old root, and it has the new root as its own now.
    await expect(stranger.client.call('Authenticate', { name: 'b' }, { deadlineMs: 3000 })).rejects.toThrow();
    const known = await rigOf({}, { ...use, ...fresh.client }, () => server.target);
    await known.client.call('Authenticate', { name: 'c' });
    expect(peers).toHaveLength(4);
  });

  it('are renewed 1,000 times under load without a failed call', { timeout: 120_000 }, async () => {
    const folder = await scratchFolder();
    const ours = await byUs(join(folder, 'a'));
    const material = await readKeyMaterial(ours.server);
    const { privateKey } = await readKeyMaterial(ours.client);
    // Two certificates of one root for the server, one after the other.
    const swap = [material, { privateKey, certificate: (await readKeyMaterial(ours.client)).certificate }];
    const use = { use_secure_connection: true };
    const rig = await rigOf({ ...use, ...ours.server }, { ...use, ...ours.client });
    let running = true;
    let calls = 0;
    const load = Array.from({ length: 4 }, async () => {
      while (running) {
        await rig.client.call('Heartbeat', { token: 't' });
        calls++;
      }
    });
    for (let n = 0; n < 1000; n++) {
      const { privateKey: key, certificate } = swap[n % 2]!;
      await writeFile(ours.server.ssl_private_key, key);
      await writeFile(ours.server.ssl_cert, certificate);
      await rig.server.reload();
    }
    running = false;
    await Promise.all(load);
    expect(calls).toBeGreaterThan(1000);
    expect(rig.serverLog.lines.filter(({ message }) => message.includes('from now on'))).toHaveLength(999);
  });
});
