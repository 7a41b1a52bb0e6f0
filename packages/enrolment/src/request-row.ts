import { formatTimestamp } from '@volttron-ts/vip-core';

import type { EnrolmentRequest, RequestStatus, Step } from './enrolment-request.ts';

/** A row of `key_request`. */
export interface RequestRow {
  readonly seq: number;
  readonly id: string;
  readonly credential: string;
  readonly identity: string;
  readonly domain: string;
  readonly address: string;
  readonly status: RequestStatus;
  readonly attempts: number;
  readonly first_seen: number;
  readonly last_seen: number;
  readonly decided_by: string | null;
  readonly decided_from: string | null;
  readonly decided_at: number | null;
  readonly why: string | null;
  readonly supersedes: string | null;
  readonly superseded_by: string | null;
  readonly removed_at: number | null;
  readonly step: Step | null;
  readonly step_seq: number | null;
  readonly problem: string | null;
}

/** The request as it is told to others. */
export function toRequest(row: RequestRow): EnrolmentRequest {
  const { id, credential, identity, domain, address, status, attempts } = row;
  return {
    ...{ id, credential, identity, domain, address, status, attempts },
    firstSeen: formatTimestamp(row.first_seen),
    lastSeen: formatTimestamp(row.last_seen),
    ...decisionOf(row),
    ...(row.problem === null ? {} : { problem: row.problem }),
    ...(row.supersedes === null ? {} : { supersedes: row.supersedes }),
  };
}

function decisionOf({ decided_at: at, decided_by: by, decided_from: from, why }: RequestRow): {
  decision?: NonNullable<EnrolmentRequest['decision']>;
} {
  if (at === null || by === null || from === null) return {};
  return { decision: { by, from, at: formatTimestamp(at), ...(why === null ? {} : { why }) } };
}
