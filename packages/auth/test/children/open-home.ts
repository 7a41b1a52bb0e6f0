import { AuthFile, KeyStore, openHome, readInstanceConfig } from '../../src/index.ts';

/** Does what a platform does first, and prints what it was told. */
const home = process.argv[2] ?? '';
const steps = [
  () => openHome(home),
  () => new KeyStore(home).platform(),
  () => readInstanceConfig({ home }),
  () => AuthFile.open(`${home}/auth.json`),
];
for (const step of steps) {
  const told = await step().then(
    () => 'done',
    (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error)),
  );
  process.stdout.write(`${told}\n`);
}
