import { join } from 'node:path';

/** The directory of the built pages, in the repository and in an installed package alike. */
export const pagesDirectory = join(import.meta.dirname, 'dist');
