import type { Terminal } from '../terminal.ts';
import { readNamed } from './certificate-files.ts';
import { PassphraseUnusableError } from './errors.ts';

/** The lengths that openssl takes. */
const [LEAST, MOST] = [4, 1023];

/** For a new secret: the first line of the file, or what is typed twice. Throws PassphraseUnusableError, … */
export async function newPassphrase(terminal: Terminal, file: string | undefined, what: string): Promise<string> {
  const passphrase = file === undefined ? await askTwice(terminal, what) : await firstLine(file);
  const length = Array.from(passphrase).length;
  if (length >= LEAST && length <= MOST) return passphrase;
  throw new PassphraseUnusableError(`it has ${length} characters`, file ?? 'input');
}

async function askTwice(terminal: Terminal, what: string): Promise<string> {
  const first = await terminal.askSecret(`Enter ${what}:`);
  const second = await terminal.askSecret(`Verifying - Enter ${what}:`);
  if (first === second) return first;
  throw new PassphraseUnusableError('it was typed in two ways', 'input');
}

/** Of a key that is there already. */
export async function knownPassphrase(terminal: Terminal, file: string | undefined, key: string): Promise<string> {
  return file === undefined ? terminal.askSecret(`Enter pass phrase for ${key}:`) : firstLine(file);
}

async function firstLine(file: string): Promise<string> {
  const [line = ''] = (await readNamed(file)).split(/\r?\n/, 1);
  return line;
}
