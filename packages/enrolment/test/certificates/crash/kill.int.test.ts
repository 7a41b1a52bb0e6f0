import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { scratchFolder } from '../../scratch.ts';
import { newRequest, TestCa } from '../office.ts';
import { Aftermath, report } from './aftermath.ts';
import { bundle } from './bundle.ts';
import { Ledger } from './ledger.ts';
import { runChild } from './watched-child.ts';

/** `npm run soak` sets more. */
const KILLS = Number(process.env['VOLTTRON_SOAK_KILLS'] ?? 100);
/** So many requests are under way at once. */
const AT_ONCE = 12;
/** So many of one process come again with the next. */
const OVERLAP = 4;
const LINES = AT_ONCE * 7;

const states = [
  ...['unknown', 'pending', 'approved, being ordered, CA has not issued', 'approved, being ordered, CA has issued'],
  ...['approved, waiting for the CA', 'approved, its certificate being fetched', 'issued, grant owed'],
  ...['denied, withdraw owed'],
];

/** The same moments at each run, as far as the machine allows; later ones more often, where more is under way. */
function moment(n: number): number {
  const digest = createHash('sha256').update(String(n)).digest();
  return Math.max(digest.readUInt16BE(0) % LINES, digest.readUInt16BE(2) % LINES);
}

it(
  `${KILLS} kills with SIGKILL under load: no order is lost, none is issued twice`,
  { timeout: KILLS * 10_000 },
  async () => {
    const script = join(await bundle('load-child'), 'load-child.js');
    const [home, ca] = [await scratchFolder(), await TestCa.create()];
    const ledger = new Ledger(ca);
    const count = KILLS * (AT_ONCE - OVERLAP) + OVERLAP;
    const requests = new Map<string, string>();
    for (let n = 0; n < count; n++) {
      const { name, csr } = await newRequest(`agent-${n}`);
      requests.set(name, csr);
    }
    await writeFile(join(home, 'root.pem'), ca.root);
    await writeFile(join(home, 'requests.json'), JSON.stringify([...requests]));
    const aftermath = new Aftermath(home, ledger, requests);
    const found: string[] = [];
    let kills = 0;
    for (let n = 0; n < KILLS; n++) {
      const [first, end] = [n * (AT_ONCE - OVERLAP), n * (AT_ONCE - OVERLAP) + AT_ONCE];
      const kill = (lines: number): boolean => lines >= 1 + moment(n);
      const child = await runChild(script, [home, String(first), String(end)], { ledger, kill });
      if (child.end === 'SIGKILL') kills++;
      else expect(child.end).toBe(0);
      aftermath.note(child.told);
      found.push(...(await aftermath.survey()).slice(first, end));
    }
    report(`${kills} processes killed, and where the requests in them were`, states, found);
    expect(kills).toBeGreaterThan(KILLS * 0.8);
    await aftermath.recover(async (certificates) => {
      await Promise.all([...requests.keys()].map((name) => aftermath.finish(certificates, name)));
    });
  },
);
