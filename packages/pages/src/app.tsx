import { useCallback, useEffect } from 'preact/hooks';
import { api } from './api.ts';
import { KeysPage } from './keys/keys-page.tsx';
import { useKeyRequests } from './keys/use-key-requests.ts';
import type { KeyRequestsView } from './keys/use-key-requests.ts';
import { LivePage } from './live/live-page.tsx';
import { useLive } from './live/use-live.ts';
import type { Live } from './live/use-live.ts';
import { LoginForm } from './login-form.tsx';
import { PageHeader } from './page-header.tsx';
import { usePage } from './use-page.ts';
import type { Page } from './use-page.ts';
import { useSession } from './use-session.ts';
import type { Session } from './use-session.ts';

/** Before the platform has answered. */
const nobody = { instanceName: 'VOLTTRON', user: null, mayWatch: false, mayDecide: false };

/** Frame, navigation and session of the two pages. */
export function App() {
  const [session, refreshSession] = useSession();
  const { instanceName, user, mayWatch, mayDecide } = session ?? nobody;
  const page = usePage();
  const refused = useCallback(() => void refreshSession(), [refreshSession]);
  const keys = useKeyRequests(mayDecide, refused);
  const live = useLive(mayWatch, refused);
  const waiting = keys.requests?.filter(({ status }) => status === 'pending').length ?? 0;

  useEffect(() => {
    const count = waiting > 0 ? `(${waiting}) ` : '';
    document.title = `${count}${page === 'live' ? 'Live points' : 'Keys'} · ${instanceName}`;
  }, [waiting, page, instanceName]);

  return (
    <>
      <PageHeader
        instance={instanceName}
        page={page}
        waiting={waiting}
        user={user}
        onLogOut={() => void api.logOut().then(refreshSession)}
      />
      {session === undefined ? (
        <p class="empty">Waiting for the platform …</p>
      ) : (
        <Content page={page} session={session} keys={keys} live={live} onLogin={refreshSession} />
      )}
    </>
  );
}

interface ContentProps {
  readonly page: Page;
  readonly session: Session;
  readonly keys: KeyRequestsView;
  readonly live: Live;
  readonly onLogin: () => Promise<void>;
}

function Content({ page, session, keys, live, onLogin }: ContentProps) {
  const { user, mayWatch, mayDecide, clockOffset } = session;
  if (page === 'live') {
    return mayWatch ? <LivePage {...live} /> : <LoginForm purpose="To see live points." onLogin={onLogin} />;
  }
  if (user === null) return <LoginForm purpose="To decide on keys." onLogin={onLogin} />;
  if (mayDecide) return <KeysPage {...keys} clockOffset={clockOffset} />;
  return <p class="empty">Only members of the group “admin” decide on keys.</p>;
}
