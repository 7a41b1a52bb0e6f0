import { useEffect, useRef, useState } from 'preact/hooks';
import { api } from './api.ts';

interface LoginFormProps {
  /** What the login is for. */
  readonly purpose: string;
  readonly onLogin: () => Promise<void>;
}

/** User and password. */
export function LoginForm({ purpose, onLogin }: LoginFormProps) {
  const first = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);

  useEffect(() => {
    first.current?.focus();
  }, []);

  const submit = async (form: HTMLFormElement) => {
    const fields = new FormData(form);
    const text = (name: string) => {
      const value = fields.get(name);
      return typeof value === 'string' ? value : '';
    };
    setBusy(true);
    try {
      await api.logIn(text('user'), text('password'));
      await onLogin();
    } catch (error) {
      setProblem((error as Error).message);
      form.querySelector<HTMLInputElement>('[name=password]')?.select();
    } finally {
      setBusy(false);
    }
  };

  return (
    <main class="login">
      <form
        class="card"
        aria-label="Login"
        onSubmit={(event) => {
          event.preventDefault();
          void submit(event.currentTarget);
        }}
      >
        <h1>Login</h1>
        <p>{purpose}</p>
        <label>
          User
          <input name="user" autocomplete="username" autocapitalize="none" required ref={first} />
        </label>
        <label>
          Password
          <input name="password" type="password" autocomplete="current-password" required />
        </label>
        {problem !== undefined && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        <button type="submit" class="strong" disabled={busy}>
          Log in
        </button>
      </form>
    </main>
  );
}
