import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { InProcessPlugins, openEnrolment } from '../../../src/index.ts';
import type { EnrolmentWithCertificates } from '../../../src/index.ts';
import { LedgerPlugin, toldGrant, wallClock } from './ledger.ts';
import type { Link } from './link.ts';

export const decision = { by: 'admin', from: 'test' };
export const address = '10.0.0.5';
const nothing = (): Promise<void> => Promise.resolve();
export const keyGrant = { check: nothing, grant: nothing, withdraw: nothing, forget: nothing };

/** The folder of an instance that crashes: its database, what it asks for, and the root of its CA. */
export const databaseOf = (home: string): string => join(home, 'enrolment.sqlite');
export const rootOf = (home: string): Promise<string> => readFile(join(home, 'root.pem'), 'utf8');

/** Opens the enrolment of a child, whose CA is on the other side of its pipes. */
export function openChild(home: string, link: Link): Promise<EnrolmentWithCertificates> {
  const trouble = (message: string): void => {
    link.tell({ told: 'trouble', message });
  };
  const grant = toldGrant((step, name) => {
    link.tell({ told: 'step', step, name });
  });
  return openEnrolment({
    ...{ path: databaseOf(home), grant: keyGrant, clock: wallClock },
    log: { debug: () => undefined, info: () => undefined, warn: trouble, error: trouble },
    limits: { pending: 10_000, perAddress: 10_000 },
    certificates: { instanceName: 'central', plugins: new InProcessPlugins({ ledger: new LedgerPlugin(link) }), grant },
  });
}
