/** Upgrades and changes an auth file, and is killed before the nth step of a file operation; ends with 0 when there is none. */
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const [path = '', steps = '0'] = process.argv.slice(2);
let left = Number(steps);

function step(): void {
  if (left-- === 0) process.kill(process.pid, 'SIGKILL');
}

type Call = (this: unknown, ...args: unknown[]) => Promise<unknown>;

function interrupt(owner: object, names: readonly string[]): void {
  const methods = owner as Record<string, Call>;
  for (const name of names) {
    const call = methods[name]!;
    methods[name] = function (...args) {
      step();
      return call.apply(this, args);
    };
  }
}

const probe = await promises.open(process.argv[1]!, 'r');
const handle = Object.getPrototypeOf(probe) as Record<'writeFile', Call>;
await probe.close();
const { writeFile } = handle;
// Half of the bytes may be all that arrives.
handle.writeFile = async function (data) {
  const bytes = Buffer.from(data as string);
  await writeFile.call(this, bytes.subarray(0, bytes.length / 2));
  step();
  await writeFile.call(this, bytes.subarray(bytes.length / 2));
};
interrupt(handle, ['chmod', 'writeFile', 'sync', 'close']);
interrupt(promises, ['open', 'rename', 'rm', 'copyFile', 'link', 'mkdir']);
syncBuiltinESMExports();

const { AuthFile } = await import('../../src/auth-file.ts');
const file = await AuthFile.open(path);
await file.add({ credentials: 'B'.repeat(43), user_id: 'second' });
await file.remove([0]);
