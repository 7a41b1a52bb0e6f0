import type { CertificateEnrolment, CertificateRequest, Decision } from '@volttron-ts/enrolment';
import type { Audit } from './audited-enrolment.ts';

type Verb = 'approve' | 'deny' | 'cancel' | 'remove' | 'modify' | 'order';

/**
 * Certificate requests whose decisions are also in the audit log of the platform: who took it, from where, about which
 * key under which name. The trail of each request itself is kept with it.
 */
export function auditedCertificates(certificates: CertificateEnrolment, audit: Audit): CertificateEnrolment {
  const record = async (
    verb: Verb,
    { by, from, why }: Decision,
    request: CertificateRequest | string,
  ): Promise<void> => {
    const about = typeof request === 'string' ? { name: request } : request;
    const key = 'fingerprint' in about ? { request: about.id, key: about.fingerprint } : {};
    // The head of the requests' own trail stands in the signed log, so that its tail cannot be cut unseen.
    const trail = await certificates.trailHead();
    const details = { ...key, from, ...(why === undefined ? {} : { why }), trail };
    await audit.record({ actor: by, action: `certificate.${verb}`, item: about.name, details });
  };
  const recorded =
    (verb: 'approve' | 'deny' | 'cancel') =>
    async (idOrName: string, decision: Decision): Promise<CertificateRequest> => {
      const request = await certificates[verb](idOrName, decision);
      await record(verb, decision, request);
      return request;
    };
  return {
    submit: (request) => certificates.submit(request),
    get autoApprove() {
      return certificates.autoApprove;
    },
    set autoApprove(on) {
      certificates.autoApprove = on;
    },
    list: (filter) => certificates.list(filter),
    find: (idOrName) => certificates.find(idOrName),
    approve: recorded('approve'),
    deny: recorded('deny'),
    cancel: recorded('cancel'),
    async remove(idOrName, decision) {
      const request = await certificates.find(idOrName);
      await certificates.remove(idOrName, decision);
      await record('remove', decision, request ?? idOrName);
    },
    async modify(idOrName, orderMeta, decision) {
      const request = await certificates.modify(idOrName, orderMeta, decision);
      await record('modify', decision, request);
      return request;
    },
    async order(order, decision) {
      const request = await certificates.order(order, decision);
      await record('order', decision, request);
      return request;
    },
    container: (id) => certificates.container(id),
    trailHead: () => certificates.trailHead(),
    verifyTrail: (anchor) => certificates.verifyTrail(anchor),
    on: ((event: 'change', listener: () => void) => certificates.on(event, listener)) as CertificateEnrolment['on'],
    close: () => certificates.close(),
  };
}
