import { AuthFile, createAccessTable, createAuthenticator, createKeyGrant } from '@volttron-ts/auth';
import { openEnrolment } from '@volttron-ts/enrolment';
import type { BusListener, Clock, Logger } from '@volttron-ts/vip-core';

export async function approveTheFirst(home: string, bus: BusListener, clock: Clock, log: Logger): Promise<void> {
  const file = await AuthFile.open(`${home}/auth.json`);
  const grant = createKeyGrant(file, { dropLive: (credential) => bus.drop(credential) });
  const enrolment = await openEnrolment({ path: `${home}/enrolment.sqlite`, grant, clock, log });
  createAuthenticator(createAccessTable(file.contents), {
    onRefused: (request, decision) => {
      enrolment.report(request, decision);
    },
  });
  const [request] = await enrolment.list({ status: 'pending' });
  if (request) await enrolment.approve(request.id, { by: 'admin', from: '192.0.2.7', why: 'new meter' });
}
