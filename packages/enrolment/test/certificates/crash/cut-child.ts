import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { readSigningRequest } from '@volttron-ts/pki';

import type { EnrolmentWithCertificates } from '../../../src/index.ts';
import { address, decision, openChild, rootOf } from './child.ts';
import { Link } from './link.ts';

/** Takes a request from its submission to its certificate, revokes it, or only opens. */
const [home = '', what] = process.argv.slice(2);
const csr = await readFile(join(home, 'request.pem'), 'utf8');
const name = readSigningRequest(csr).subject.commonName;
const link = new Link(await rootOf(home));

async function issue({ certificates }: EnrolmentWithCertificates): Promise<void> {
  const ready = new Promise<string>((resolve) => {
    certificates.on('certificate-ready', ({ certificate }) => {
      resolve(certificate?.serialNumber ?? '');
    });
  });
  await certificates.submit({ csr, address });
  link.tell({ told: 'submitted', name, head: await certificates.trailHead() });
  await certificates.approve(name, decision);
  link.tell({ told: 'approved', name, head: await certificates.trailHead() });
  const serialNumber = await ready;
  link.tell({ told: 'issued', name, head: await certificates.trailHead(), serialNumber });
}

async function revoke({ certificates }: EnrolmentWithCertificates): Promise<void> {
  await certificates.deny(name, decision);
  link.tell({ told: 'denied', name, head: await certificates.trailHead() });
}

const enrolment = await openChild(home, link);
if (what === 'issue') await issue(enrolment);
if (what === 'revoke') await revoke(enrolment);
await enrolment.close();
link.close();
