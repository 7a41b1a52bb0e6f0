import type { Page } from './use-page.ts';

interface PageHeaderProps {
  readonly instance: string;
  readonly page: Page;
  /** How many keys wait for a decision. */
  readonly waiting: number;
  readonly user: string | null;
  readonly onLogOut: () => void;
}

export function PageHeader({ instance, page, waiting, user, onLogOut }: PageHeaderProps) {
  return (
    <header>
      <span class="brand">
        <img src="/icon.svg" alt="" width="24" height="24" />
        {instance}
      </span>
      <nav aria-label="Pages">
        <a href="#/live" aria-current={page === 'live' ? 'page' : undefined}>
          Live
        </a>
        <a href="#/keys" aria-current={page === 'keys' ? 'page' : undefined}>
          Keys
          {waiting > 0 && (
            <span class="badge pending" aria-label={`${waiting} waiting`}>
              {waiting}
            </span>
          )}
        </a>
      </nav>
      {user !== null && (
        <span class="user">
          {user}
          <button type="button" onClick={onLogOut}>
            Log out
          </button>
        </span>
      )}
    </header>
  );
}
