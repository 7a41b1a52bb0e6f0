import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { entriesIn, goldenPath, transcript } from './golden.ts';
import { SOURCES } from './vctl.ts';

const VOLTTRON = fileURLToPath(new URL('../../../platform/bin/volttron.js', import.meta.url));

/** The home of the captured platform when a transcript was taken: its keys, its known hosts, the entries given. */
export async function goldenHome(entries = entriesIn(transcript('auth_list').stdout)): Promise<string> {
  const home = await emptyHome();
  for (const file of ['keystore', 'keystores']) {
    await cp(goldenPath(`vhomeA/${file}`), join(home, file), { recursive: true });
  }
  const hosts = { '127.0.0.1:23916': SERVER_KEY, '@': SERVER_KEY };
  await writeFile(join(home, 'known_hosts'), JSON.stringify(hosts));
  await writeFile(join(home, 'config'), '[volttron]\ninstance-name = volttron-server\n');
  const document = { allow: entries, deny: [], groups: {}, roles: {}, version: { major: 1, minor: 4 } };
  await writeFile(join(home, 'auth.json'), JSON.stringify(document));
  return home;
}

/** The public key of the captured platform. */
export const SERVER_KEY = 'JfdNmLFc30U0ybtMX1QX_nsICbGgusGIgDyoAkvEn1o';

export async function emptyHome(): Promise<string> {
  return realpath(await mkdtemp(join(tmpdir(), 'vctl-')));
}

/** A platform in a process of its own. */
export class Platform {
  readonly home: string;
  readonly #process: ChildProcess;

  private constructor(home: string, process: ChildProcess) {
    this.home = home;
    this.#process = process;
  }

  /** Starts it; settles when it serves. */
  static async start(home: string): Promise<Platform> {
    const child = spawn(process.execPath, [SOURCES, VOLTTRON, '--home', home], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, VOLTTRON_HOME: home },
    });
    const said = text(child.stderr!);
    const ready = once(child, 'message');
    const ended = once(child, 'exit').then(async () => {
      throw new Error(`the platform ended: ${await said}`);
    });
    ended.catch(() => undefined);
    await Promise.race([ready, ended]);
    return new Platform(home, child);
  }

  /** Stops it, and removes its home. */
  async stop(): Promise<void> {
    const exit = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await exit;
    await rm(this.home, { recursive: true, force: true });
  }
}
