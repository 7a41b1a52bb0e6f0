import type { KeyRequest } from '@volttron-ts/vip-core';

/** What `/api/status` answers. */
export interface Status {
  readonly instanceName: string;
  /** The platform's clock, ISO 8601. */
  readonly time: string;
  readonly user: string | null;
  readonly mayWatch: boolean;
  readonly mayDecide: boolean;
}

/** What a problem document of the platform says. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export const api = {
  status: () => ask<Status>('GET', '/api/status'),
  logIn: (user: string, password: string) => ask<{ user: string }>('POST', '/api/session', { user, password }),
  logOut: () => ask<undefined>('DELETE', '/api/session'),
  keyRequests: () => ask<readonly KeyRequest[]>('GET', '/api/key-requests'),
  decide: (id: string, verb: 'approve' | 'deny') =>
    ask<undefined>('POST', `/api/key-requests/${encodeURIComponent(id)}/${verb}`, {}),
};

/** The caller names what the resource answers: the platform serves these pages itself, in the same version. */
async function ask<Answer>(method: string, path: string, body?: object): Promise<Answer> {
  const json =
    body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  let response: Response;
  try {
    response = await fetch(path, { method, ...json });
  } catch {
    throw new ApiError(0, 'The platform does not answer.');
  }
  const text = await response.text();
  const answer: unknown = text === '' ? undefined : JSON.parse(text);
  if (response.ok) return answer as Answer;
  const { detail, remedy } = answer as { detail: string; remedy?: string };
  throw new ApiError(response.status, remedy === undefined ? detail : `${detail} ${remedy}`);
}
