import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { address, decision, openChild, rootOf } from './child.ts';
import { Link } from './link.ts';

/** Takes many requests at once from their submission to their certificate, and revokes every third. */
const [home = '', first = '', end = ''] = process.argv.slice(2);
const all = JSON.parse(await readFile(join(home, 'requests.json'), 'utf8')) as [name: string, csr: string][];
const link = new Link(await rootOf(home));
const { certificates } = await openChild(home, link);

const ready = new Map<string, (serialNumber: string) => void>();
certificates.on('certificate-ready', ({ name, certificate }) => ready.get(name)?.(certificate?.serialNumber ?? ''));

async function take(name: string, csr: string, isRevoked: boolean): Promise<void> {
  const issued = new Promise<string>((resolve) => ready.set(name, resolve));
  const { kind } = await certificates.submit({ csr, address });
  if (kind === 'denied') return;
  link.tell({ told: 'submitted', name, head: await certificates.trailHead() });
  await certificates.approve(name, decision);
  link.tell({ told: 'approved', name, head: await certificates.trailHead() });
  const before = (await certificates.find(name))?.certificate?.serialNumber;
  const serialNumber = before ?? (await issued);
  link.tell({ told: 'issued', name, head: await certificates.trailHead(), serialNumber });
  if (!isRevoked) return;
  await certificates.deny(name, decision);
  link.tell({ told: 'denied', name, head: await certificates.trailHead() });
}

const mine = all.slice(Number(first), Number(end));
await Promise.all(mine.map(([name, csr], n) => take(name, csr, n % 3 === 0)));
link.close();
process.exit(0);
