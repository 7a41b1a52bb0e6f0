import { fork } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateKeyPair } from '@volttron-ts/auth';
import { ZmqConnection } from '@volttron-ts/bus-zmq';
import { systemClock } from '@volttron-ts/connect';
import { parseAddress } from '@volttron-ts/vip-core';
import { expect, it, onTestFinished } from 'vitest';
import { PlatformProcess } from './support/platform-process.ts';

const program = fileURLToPath(new URL('../bin/volttron.js', import.meta.url));

/** What a platform with these flags printed, from its start to its end, while an unknown key knocked. */
async function printed(flags: readonly string[]): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'seed-001-log-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  await writeFile(join(home, 'config'), '[volttron]\nvip-address = tcp://127.0.0.1:0\n');
  const execArgv = ['--conditions=@volttron-ts/source'];
  const platform = new PlatformProcess(fork(program, ['--home', home, ...flags], { execArgv, silent: true }));
  const { addresses, serverKey } = await platform.status();
  const { publicKey, secret } = generateKeyPair();
  const keys = { publickey: publicKey, secretkey: secret.reveal(), serverkey: serverKey };
  const stranger = new ZmqConnection({
    ...{ identity: 'stranger', address: parseAddress(addresses[1]!), keys, clock: systemClock },
  });
  await new Promise<void>((resolve) => {
    stranger.open({
      message: () => undefined,
      state: (state) => {
        if (state === 'refused') resolve();
      },
    });
  });
  await stranger.close();
  expect(await platform.end('SIGTERM')).toBe(0);
  return platform.output;
}

it.each([
  { flags: [], info: false, debug: false },
  { flags: ['-v'], info: true, debug: false },
  { flags: ['-vv'], info: true, debug: true },
])('started with $flags, a platform shows INFO: $info, DEBUG: $debug', { timeout: 60_000 }, async (shown) => {
  const output = await printed(shown.flags);
  // In a terminal, 30 is shown as INFO and 20 as DEBUG.
  const lines = output.split('\n').filter((line) => line.startsWith('{"level":30'));
  const failure = "authentication failure: domain='vip', address='127.0.0.1', mechanism='CURVE', credentials=['";
  const isOfAuth = (line: string): boolean => line.includes('"volttron.platform.auth"') && line.includes(failure);
  expect(lines.some(isOfAuth)).toBe(shown.info);
  expect(output.includes('{"level":20')).toBe(shown.debug);
});
