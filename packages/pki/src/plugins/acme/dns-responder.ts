import { execFile } from 'node:child_process';

import type { PluginContext } from '../../plugin/certificate-plugin.ts';
import { AcmeProblemError } from '../errors.ts';
import type { Challenge, ChallengeResponder } from './challenge-responder.ts';

/** ms; the record must have reached the name servers until then. */
const HOOK_TIMEOUT = 600_000;
const MAX_OUTPUT = 1 << 20;

/** Leaves dns-01 to a program of the operator's: `program add|remove _acme-challenge.<name> <value>`. */
export function hookChallenges(program: string, log: PluginContext['log']): ChallengeResponder {
  const stop = new AbortController();
  const run = (action: 'add' | 'remove', { name, value }: Challenge): Promise<void> =>
    new Promise((resolve, reject) => {
      const parameters = [action, `_acme-challenge.${name}`, value];
      const options = { timeout: HOOK_TIMEOUT, maxBuffer: MAX_OUTPUT, signal: stop.signal };
      execFile(program, parameters, options, (error, _stdout, stderr) => {
        if (error === null) {
          resolve();
          return;
        }
        // What it prints may be nobody's business but the operator's.
        log.warn(`${program} ${parameters.slice(0, 2).join(' ')} has failed: ${stderr.trim() || error.message}`);
        const how = error.code ?? error.signal ?? 'it was ended';
        const reason = `the program of "dns-hook" could not ${action} the record (${how}); the log says more`;
        reject(new AcmeProblemError('dns-hook', reason, { isTemporary: true, cause: error }));
      });
    });
  return {
    type: 'dns-01',
    present: (challenge) => run('add', challenge),
    remove: (challenge) => run('remove', challenge),
    close() {
      stop.abort();
      return Promise.resolve();
    },
  };
}
