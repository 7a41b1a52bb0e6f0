import { failureLine } from '@volttron-ts/connect';
import { RemoteError } from '@volttron-ts/vip-core';

/** In one line: of a peer's error what it said, without who said it of which method. */
export function detailOf(error: unknown): string {
  if (!(error instanceof RemoteError)) return failureLine(error);
  const { data } = error;
  const detail = typeof data === 'object' && data !== null && 'detail' in data ? data.detail : undefined;
  return failureLine(new Error(typeof detail === 'string' ? detail : error.message));
}
