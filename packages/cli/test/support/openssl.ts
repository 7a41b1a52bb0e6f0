import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Runs openssl, by whose words and files `vctl certs` goes, in a folder; answers its output and errors. */
export async function openssl(folder: string, ...args: readonly string[]): Promise<string> {
  try {
    const { stdout, stderr } = await execute('openssl', args, { cwd: folder });
    return `${stdout}${stderr}`;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new Error('openssl is missing: apt-get install openssl', { cause: error });
    }
    throw error;
  }
}
