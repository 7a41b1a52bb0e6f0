/** First parts of the paths that VOLTTRON's web service or ours has (reference/rmq-web-csr.md §3.2). */
const platformParts = ['api', 'discovery', 'csr', 'admin', 'authenticate', 'gs', 'vui'];

/** Says of a path whether it is the platform's own: its interfaces, and what lies beside `pages`' `index.html`. */
export function ownPaths(pages: readonly string[]): (path: string) => boolean {
  const own = new Set(['', ...platformParts, ...pages].map((part) => part.toLowerCase()));
  return (path) => own.has((path.split('/', 2)[1] ?? '').toLowerCase());
}
