import type { AuditLog } from '@volttron-ts/auth';
import { StepPendingError } from '@volttron-ts/enrolment';
import type { Decision, Enrolment, EnrolmentRequest } from '@volttron-ts/enrolment';

/** What of the audit log those need who record. */
export type Audit = Pick<AuditLog, 'record'>;

/**
 * An enrolment that records every decision, by RPC, page or tool alike: who took it, from where, about which key under
 * which name. A decision settles once its record is on the disk.
 */
export function auditedEnrolment(enrolment: Enrolment, audit: Audit): Enrolment {
  const recorded =
    (verb: 'approve' | 'deny') =>
    async (id: string, decision: Decision): Promise<EnrolmentRequest> => {
      const request = await enrolment[verb](id, decision).catch(async (error: unknown) => {
        // Decided, though without effect yet.
        if (error instanceof StepPendingError) await audit.record(entryOf(verb, decision, id, { request: id }));
        throw error;
      });
      await audit.record(entryOf(verb, decision, request.identity, { request: id, key: request.credential }));
      return request;
    };
  return {
    report: (request, decision) => {
      enrolment.report(request, decision);
    },
    list: (filter) => enrolment.list(filter),
    approve: recorded('approve'),
    deny: recorded('deny'),
    async remove(id, decision) {
      const request = (await enrolment.list()).find((one) => one.id === id);
      await enrolment.remove(id, decision);
      await audit.record(
        entryOf('remove', decision, request?.identity ?? id, { request: id, key: request?.credential ?? '' }),
      );
    },
    on: (event, listener) => enrolment.on(event, listener),
    close: () => enrolment.close(),
  };
}

function entryOf(
  verb: 'approve' | 'deny' | 'remove',
  { by, from, why }: Decision,
  item: string,
  about: Readonly<Record<string, string>>,
): Parameters<Audit['record']>[0] {
  return {
    actor: by,
    action: `enrolment.${verb}`,
    item,
    details: { ...about, from, ...(why === undefined ? {} : { why }) },
  };
}
