import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { AcmeProblemError } from '../errors.ts';
import { TOKEN } from './challenge-responder.ts';
import type { Challenge, ChallengeResponder } from './challenge-responder.ts';

/** Leaves http-01 to a web server that serves this folder; it must be able to read the files. */
export function writeChallenges(webroot: string): ChallengeResponder {
  const folder = join(webroot, '.well-known', 'acme-challenge');
  const pathOf = ({ token }: Challenge): string => {
    if (TOKEN.test(token)) return join(folder, token);
    throw new AcmeProblemError('malformed', 'the token of a challenge is none', { isTemporary: false });
  };
  return {
    type: 'http-01',
    async present(challenge) {
      await mkdir(folder, { recursive: true });
      await writeFile(pathOf(challenge), challenge.value, { mode: 0o644 });
    },
    remove: (challenge) => rm(pathOf(challenge), { force: true }),
    close: () => Promise.resolve(),
  };
}
