import { useCallback, useEffect, useState } from 'preact/hooks';
import type { KeyRequest } from '@volttron-ts/vip-core';
import { api, ApiError } from '../api.ts';
import { sortRequests } from './sort-requests.ts';

const POLL = 3000;

export interface KeyRequestsView {
  readonly requests: readonly KeyRequest[] | undefined;
  readonly problem: string | undefined;
  readonly refresh: () => Promise<void>;
}

/** The requests of a platform whose viewer may decide, asked for every few seconds; `onLoggedOut` when the session is over. */
export function useKeyRequests(mayDecide: boolean, onLoggedOut: () => void): KeyRequestsView {
  const [requests, setRequests] = useState<readonly KeyRequest[]>();
  const [problem, setProblem] = useState<string>();
  const refresh = useCallback(async () => {
    try {
      setRequests(sortRequests(await api.keyRequests()));
      setProblem(undefined);
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) onLoggedOut();
      else setProblem((error as Error).message);
    }
  }, [onLoggedOut]);

  useEffect(() => {
    if (!mayDecide) {
      setRequests(undefined);
      return undefined;
    }
    void refresh();
    const timer = setInterval(() => {
      if (!document.hidden) void refresh();
    }, POLL);
    return () => {
      clearInterval(timer);
    };
  }, [mayDecide, refresh]);
  return { requests, problem, refresh };
}
