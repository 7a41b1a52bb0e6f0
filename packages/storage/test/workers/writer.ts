import { writeJsonFile } from '../../src/index.ts';

const [, , path = ''] = process.argv;
for (let n = 0; ; n++) {
  await writeJsonFile(path, { n, filler: 'x'.repeat(200_000) });
  process.stdout.write(`${n}\n`);
}
