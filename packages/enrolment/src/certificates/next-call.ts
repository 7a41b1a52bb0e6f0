import type { OrderMethod } from '@volttron-ts/pki/plugin';

import type { CertificateOrderRow } from './certificate-rows.ts';

const CHECK: OrderMethod = 'checkCertificateStatus';

/** An interrupted call is looked into first; then what the client wants, then what the plugin asked for. */
export function nextMethod(order: CertificateOrderRow): OrderMethod | undefined {
  if (order.status !== 'PENDING' || order.call !== null) return undefined;
  if (order.recovering === 1) return CHECK;
  if (order.cancel_wanted === 1) return 'cancelCertificateRequest';
  return isModifyDue(order) ? 'modifyCertificateRequest' : (order.next_method ?? undefined);
}

/** Whether the next call waits for nothing. */
export function isUrgent(order: CertificateOrderRow): boolean {
  if (order.recovering === 1 || order.call !== null) return false;
  return order.cancel_wanted === 1 || isModifyDue(order);
}

/** What is issued or modified again after a pause carries the new data anyway, and keeps its pause. */
function isModifyDue({ modify_wanted: wanted, next_method: next }: CertificateOrderRow): boolean {
  return wanted === 1 && next !== 'issueCertificateRequest' && next !== 'modifyCertificateRequest';
}
