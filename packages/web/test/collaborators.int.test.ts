import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebUsers } from '@volttron-ts/auth';
import { openEnrolment } from '@volttron-ts/enrolment';
import type { EnrolmentGrant } from '@volttron-ts/enrolment';
import { expect, it } from 'vitest';
import { WebRig } from './web-rig.ts';

it('works with the web users of auth and the requests of enrolment', async () => {
  const home = await mkdtemp(join(tmpdir(), 'web-home-'));
  const granted: string[] = [];
  const grant: EnrolmentGrant = {
    check: () => Promise.resolve(),
    grant: ({ identity, comment }) => Promise.resolve(void granted.push(`${identity}: ${comment}`)),
    withdraw: () => Promise.resolve(),
    forget: () => Promise.resolve(),
  };
  const { clock, log } = new WebRig().options();
  const users = await WebUsers.open({ home, clock });
  const password = await users.ensureAdmin();
  const enrolment = await openEnrolment({ path: join(home, 'enrolment.sqlite'), grant, clock, log });
  const peer = { identity: 'forwarder', domain: 'vip', address: '192.0.2.7' };
  enrolment.report({ ...peer, mechanism: 'CURVE', credential: 'A'.repeat(43) }, { status: 300, text: 'pending' });
  {
    await using rig = await WebRig.start({ login: users, keyRequests: enrolment, clock });
    const login = await rig.postJson('/api/session', { user: 'admin', password: password?.reveal() });
    const cookie = login.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    const list = async () => (await rig.ask('/api/key-requests', { headers: { cookie } })).text;
    const [request] = JSON.parse(await list()) as { id: string; status: string }[];
    expect(request).toMatchObject({ ...peer, status: 'pending', attempts: 1 });
    const approved = await rig.postJson(`/api/key-requests/${request?.id ?? ''}/approve`, {}, { cookie });
    expect(approved.status).toBe(204);
    expect(JSON.parse(await list())).toMatchObject([{ status: 'approved' }]);
    expect(granted.join()).toContain('forwarder');
    const refused = await rig.postJson('/api/session', { user: 'admin', password: 'wrong' });
    expect(refused.status).toBe(401);
  }
  await enrolment.close();
  await rm(home, { recursive: true });
});
