import { existsSync, watch } from 'node:fs';
import { cp, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child } from './child.ts';
import { entriesIn, goldenPath, transcript } from './golden.ts';

/** The program of a platform. */
export const VOLTTRON = fileURLToPath(new URL('../../../platform/bin/volttron.js', import.meta.url));

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
  readonly #process: Child;

  private constructor(home: string, process: Child) {
    this.home = home;
    this.#process = process;
  }

  /** Starts it; settles when it serves. */
  static async start(home: string): Promise<Platform> {
    const child = new Child(VOLTTRON, ['--home', home], { VOLTTRON_HOME: home });
    await child.ready;
    return new Platform(home, child);
  }

  /** Settles when it has started its agents, which VOLTTRON_PID says. */
  async agentsStarted(): Promise<void> {
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!existsSync(join(this.home, 'VOLTTRON_PID'))) return;
        watcher.close();
        resolve();
      };
      const watcher = watch(this.home, look);
      look();
    });
  }

  /** Stops it, and removes its home. */
  async stop(): Promise<void> {
    await this.#process.stop();
    await rm(this.home, { recursive: true, force: true });
  }
}
