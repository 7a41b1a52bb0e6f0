import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BrokerMissingError } from '../errors.ts';

/** Where Debian's package puts its versions. */
const INSTALLED = '/usr/lib/rabbitmq/lib';

/**
 * The folder of `rabbitmq-server` and `rabbitmqctl`: `sbin` of a given installation, else of the one that the system has.
 * Throws BrokerMissingError.
 */
export async function findPrograms(home?: string): Promise<string> {
  const homes = home === undefined ? await installed() : [home];
  for (const folder of homes) {
    const programs = join(folder, 'sbin');
    const isThere = await access(join(programs, 'rabbitmq-server')).then(
      () => true,
      () => false,
    );
    if (isThere) return programs;
  }
  throw new BrokerMissingError(home ?? INSTALLED);
}

async function installed(): Promise<readonly string[]> {
  const names = await readdir(INSTALLED).catch(() => []);
  return names.filter((name) => name.startsWith('rabbitmq_server-')).map((name) => join(INSTALLED, name));
}
