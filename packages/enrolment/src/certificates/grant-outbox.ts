import type { CertificateRequestRow, CertificateRows, GrantStep } from './certificate-rows.ts';
import type { OwedGrantStep } from './order-command.ts';

/** The row with a step that it owes now. */
export function owe(rows: CertificateRows, row: CertificateRequestRow, step: GrantStep): CertificateRequestRow {
  return { ...row, step, step_seq: rows.lastStep() + 1, problem: null };
}

/** A grant that is still owed is moot once its name is denied or forgotten, and must not hold that up. */
export function forgetGrants(rows: CertificateRows, name: string): void {
  for (const row of rows.owing()) {
    if (row.name === name && row.step === 'grant') rows.putRequest({ ...row, step: null, problem: null });
  }
}

/** The step was done or, with a problem, has failed and stays owed. One that is no longer owed is none. */
export function settleStep(
  rows: CertificateRows,
  { requestId, seq, problem }: { readonly requestId: string; readonly seq: number; readonly problem?: string },
): void {
  const row = rows.request(requestId);
  if (row?.step == null || row.step_seq !== seq) return;
  rows.putRequest({ ...row, step: problem === undefined ? null : row.step, problem: problem ?? null });
}

/** Of a row that owes one. */
export function owedStep(rows: CertificateRows, row: CertificateRequestRow): OwedGrantStep {
  const { id: requestId, step_seq: seq, step, name, fingerprint, why } = row;
  if (step === null || seq === null) throw new Error(`request ${requestId} owes nothing`);
  const by = row.decided_by ?? '';
  const from = row.decided_from ?? '';
  return { ...{ requestId, seq, step, name, fingerprint, by, from, why }, certificate: certificateOf(rows, row) };
}

/** Of the request itself, or of the one whose decision it replaced. */
function certificateOf(rows: CertificateRows, row: CertificateRequestRow): string | null {
  if (row.order_id !== null) return rows.certificateOf(row.order_id)?.certificate ?? null;
  const before = row.supersedes === null ? undefined : rows.request(row.supersedes);
  return before?.order_id == null ? null : (rows.certificateOf(before.order_id)?.certificate ?? null);
}
