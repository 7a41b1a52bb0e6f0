/**
 * The URL of a worker's module beside the caller's, in the form the caller itself runs in: `./name` is `name.ts` from
 * sources and `name.js` from the build. Sources also need the source condition in the process's execArgv, which
 * workers inherit.
 *
 * @param base the caller's `import.meta.url`
 * @param name relative and without extension
 */
export function workerUrl(base: string, name: string): URL {
  const extension = new URL(base).pathname.endsWith('.ts') ? '.ts' : '.js';
  return new URL(`${name}${extension}`, base);
}
