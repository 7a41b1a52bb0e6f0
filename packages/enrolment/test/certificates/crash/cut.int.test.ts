import { existsSync } from 'node:fs';
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { scratchFolder } from '../../scratch.ts';
import { newRequest, TestCa } from '../office.ts';
import { Aftermath, report } from './aftermath.ts';
import { bundle } from './bundle.ts';
import { decision } from './child.ts';
import { Ledger } from './ledger.ts';
import { runChild } from './watched-child.ts';
import type { ChildEnd } from './watched-child.ts';

const STRACE = '/usr/bin/strace';
const CALLS = ['pwrite64', 'write', 'fdatasync', 'fsync', 'ftruncate', 'rename', 'unlink'] as const;
const states = [
  ...['unknown', 'pending', 'approved, being ordered, CA has not issued', 'approved, being ordered, CA has issued'],
  ...['approved, waiting for the CA', 'approved, its certificate being fetched'],
  // A step is recorded 40 s after it was done, and done again by the next process.
  ...['issued, grant owed', 'denied, withdraw owed'],
];

interface Fault {
  readonly call: (typeof CALLS)[number];
  readonly number: number;
}

/** A request in a folder as one of its phases finds it, copied for each cut; and the CA that it is ordered at. */
class Template {
  readonly #script: string;
  readonly #home: string;
  readonly #ledger: Ledger;
  readonly #request: { readonly csr: string; readonly name: string };
  readonly #phase: 'issue' | 'revoke';
  readonly #before: ChildEnd;

  private constructor(
    script: string,
    home: string,
    ledger: Ledger,
    request: { readonly csr: string; readonly name: string },
    phase: 'issue' | 'revoke',
    before: ChildEnd,
  ) {
    [this.#script, this.#home, this.#ledger] = [script, home, ledger];
    [this.#request, this.#phase, this.#before] = [request, phase, before];
  }

  static async make(script: string, phase: 'issue' | 'revoke'): Promise<Template> {
    const [home, ca, request] = [await scratchFolder(), await TestCa.create(), await newRequest()];
    const ledger = new Ledger(ca);
    await writeFile(join(home, 'root.pem'), ca.root);
    await writeFile(join(home, 'request.pem'), request.csr);
    const before = await runChild(script, [home, phase === 'issue' ? 'open' : 'issue'], { ledger });
    expect(before.end).toBe(0);
    return new Template(script, home, ledger, request, phase, before);
  }

  /** Runs the phase with a fault in it, and sees to it that another process finds and finishes everything. */
  async run({ call, number }: Fault): Promise<{ end: ChildEnd['end']; state: string }> {
    const home = await scratchFolder();
    await cp(this.#home, home, { recursive: true });
    const inject = [`trace=${call}`, `inject=${call}:signal=KILL:when=${number}`].flatMap((what) => ['-e', what]);
    const wrapper = [STRACE, '-f', '-qq', '-o', '/dev/null', ...inject];
    const { told, end } = await runChild(this.#script, [home, this.#phase], { ledger: this.#ledger, wrapper });
    const { name, csr } = this.#request;
    const aftermath = new Aftermath(home, this.#ledger, new Map([[name, csr]]));
    aftermath.note(this.#before.told);
    aftermath.note(told);
    const [state = ''] = await aftermath.survey();
    await aftermath.recover(async (certificates) => {
      await aftermath.finish(certificates, name);
      await certificates.deny(name, decision);
    });
    return { end, state };
  }
}

/** The n-th of each call is cut, n from 1, until the phase ends unharmed. Answers what was found after each cut. */
async function cutEach(template: Template): Promise<string[]> {
  const found: string[] = [];
  const lane = async (calls: Iterator<Fault['call']>): Promise<void> => {
    for (let next = calls.next(); next.done !== true; next = calls.next()) {
      for (let number = 1; ; number++) {
        const fault = { call: next.value, number };
        const { end, state } = await template.run(fault);
        if (end === 0) break;
        expect(end, JSON.stringify(fault)).toBe('SIGKILL');
        found.push(state);
      }
    }
  };
  const calls = CALLS[Symbol.iterator]();
  await Promise.all([lane(calls), lane(calls)]);
  return found;
}

it('each write and fsync of issue, approve and revoke is cut once: nothing is lost, nothing issued twice', async () => {
  expect(existsSync(STRACE), 'strace is missing: apt-get install -y --no-install-recommends strace').toBe(true);
  const script = join(await bundle('cut-child'), 'cut-child.js');
  const found = [];
  for (const phase of ['issue', 'revoke'] as const) found.push(...(await cutEach(await Template.make(script, phase))));
  report(`${found.length} processes cut at a write or fsync`, states, found);
}, 600_000);
