import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'vite';

import { scratchFolder } from '../../scratch.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * Puts scripts of this folder, and the worker that they start, into one file each: hundreds of processes are started,
 * and each would read and strip a thousand sources under strace. Answers where they are.
 */
export async function bundle(...scripts: readonly string[]): Promise<string> {
  const folder = await scratchFolder();
  const input = new Map(scripts.map((script) => [script, here(`./${script}.ts`)]));
  input.set('enrolment-worker', here('../../../src/enrolment-worker.ts'));
  await build({
    ...{ configFile: false, logLevel: 'error', root: import.meta.dirname },
    ssr: { noExternal: true, resolve: { conditions: ['@volttron-ts/source'] } },
    build: {
      ...{ ssr: true, outDir: folder, minify: false, target: 'node24' },
      rolldownOptions: {
        input: Object.fromEntries<string>(input),
        output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' },
      },
    },
  });
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  return folder;
}
