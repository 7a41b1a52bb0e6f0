import { AuthFile } from '../../src/index.ts';

/** Writes the auth file over and over until it is killed: each entry's user and comment say the same number. */
const file = await AuthFile.open(process.argv[2] ?? '');
for (let n = 0; ; n++) {
  await file.add(
    { credentials: String(n).padStart(43, 'A'), user_id: `u${n}`, comments: 'x'.repeat(20_000) },
    { overwrite: true },
  );
  if (n > 20) await file.remove([0]);
  process.stdout.write(`${n}\n`);
}
