import { useCallback, useEffect, useState } from 'preact/hooks';
import { api } from './api.ts';
import type { Status } from './api.ts';

const RETRY = 3000;

export interface Session extends Status {
  /** The platform's clock minus the browser's, in ms. */
  readonly clockOffset: number;
}

/** Whose platform this is and who is logged in; asked until the platform answers, and again when told. */
export function useSession(): [session: Session | undefined, refresh: () => Promise<void>] {
  const [session, setSession] = useState<Session>();
  const refresh = useCallback(async () => {
    const status = await api.status();
    setSession({ ...status, clockOffset: Date.parse(status.time) - Date.now() });
  }, []);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const attempt = () => {
      refresh().catch(() => {
        timer = setTimeout(attempt, RETRY);
      });
    };
    attempt();
    return () => {
      clearTimeout(timer);
    };
  }, [refresh]);
  return [session, refresh];
}
