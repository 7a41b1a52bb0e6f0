import { formatTimestamp } from '@volttron-ts/vip-core';

import type { CertificateRequest, IssuedCertificate, NameConflict, OrderView } from './certificate-enrolment.ts';
import type {
  CertificateOrderRow,
  CertificateRequestRow,
  CertificateRow,
  CertificateRows,
  NameConflictRow,
} from './certificate-rows.ts';

/** The request as it is told to others; `now` in µs since 1970. */
export function toCertificateRequest(
  rows: CertificateRows,
  row: CertificateRequestRow,
  now: number,
): CertificateRequest {
  const { id, name, fingerprint, csr, address, status, attempts } = row;
  const order = row.order_id === null ? undefined : rows.order(row.order_id);
  const certificate = row.order_id === null ? undefined : rows.certificateOf(row.order_id);
  return {
    ...{ id, name, fingerprint, csr, address, status, attempts },
    firstSeen: formatTimestamp(row.first_seen),
    lastSeen: formatTimestamp(row.last_seen),
    conflicts: rows.conflicts(id).map(toConflict),
    ...decisionOf(row),
    ...(order === undefined ? {} : { order: toOrder(order) }),
    ...(certificate === undefined ? {} : { certificate: toIssued(certificate, now) }),
    ...(row.supersedes === null ? {} : { supersedes: row.supersedes }),
    ...(row.problem === null ? {} : { problem: row.problem }),
  };
}

function decisionOf(row: CertificateRequestRow): Pick<CertificateRequest, 'decision'> {
  const { decided_at: at, decided_by: by, decided_from: from, why } = row;
  if (at === null || by === null || from === null) return {};
  return { decision: { by, from, at: formatTimestamp(at), ...(why === null ? {} : { why }) } };
}

function toConflict({ fingerprint, address, attempts, last_seen }: NameConflictRow): NameConflict {
  return { fingerprint, address, attempts, lastSeen: formatTimestamp(last_seen) };
}

function toOrder({ id, plugin, status, sub_status, sub_status_message }: CertificateOrderRow): OrderView {
  return { id, plugin, status, subStatus: sub_status, subStatusMessage: sub_status_message };
}

function toIssued(row: CertificateRow, now: number): IssuedCertificate {
  return {
    container: row.id,
    state: row.state === 'valid' && row.not_after < now ? 'expired' : row.state,
    serialNumber: row.serial_number,
    notBefore: formatTimestamp(row.not_before),
    notAfter: formatTimestamp(row.not_after),
    certificate: row.certificate,
    intermediates: row.intermediates,
  };
}
