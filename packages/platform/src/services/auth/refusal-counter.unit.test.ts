import type { AuditEntry } from '@volttron-ts/auth';
import { SteppedClock } from '@volttron-ts/vip-core/testing';
import { describe, expect, it } from 'vitest';
import { RefusalCounter } from './refusal-counter.ts';

function counter(): { readonly clock: SteppedClock; readonly count: RefusalCounter; readonly records: AuditEntry[] } {
  const clock = new SteppedClock();
  const records: AuditEntry[] = [];
  const audit = { record: async (entry: AuditEntry) => Promise.resolve(void records.push(entry)) };
  return { clock, records, count: new RefusalCounter(audit, clock, () => undefined) };
}

const asked = (address: string) =>
  ({ mechanism: 'CURVE', credential: 'k', identity: 'a', domain: 'vip', address }) as const;

describe('the count of refusals', () => {
  it('makes one record a minute of however many', async () => {
    const { clock, count, records } = counter();
    for (let n = 0; n < 1000; n++) count.add(asked('10.0.0.1'), { status: 300, text: '' });
    count.add(asked('10.0.0.2'), { status: 400, text: '' });
    expect(records).toEqual([]);
    clock.step(60_000);
    await count.flush();
    expect(records).toMatchObject([
      { action: 'auth.refused', details: { waiting: 1000, denied: 1, addresses: { '10.0.0.1': 1000, '10.0.0.2': 1 } } },
    ]);
    clock.step(600_000);
    expect(records).toHaveLength(1);
  });

  it('names few addresses, however many knock', async () => {
    const { count, records } = counter();
    for (let n = 0; n < 1000; n++) count.add(asked(`10.0.0.${n}`), { status: 300, text: '' });
    await count.flush();
    const { addresses } = records[0]?.details as { addresses: Record<string, number> };
    expect(Object.keys(addresses)).toHaveLength(21);
    expect(addresses['others']).toBe(980);
  });

  it('records what it counted when it is asked at the end, and nothing when there is nothing', async () => {
    const { count, records } = counter();
    await count.flush();
    expect(records).toEqual([]);
    count.add(asked('::1'), { status: 400, text: '' });
    await count.flush();
    await count.flush();
    expect(records).toHaveLength(1);
  });
});
