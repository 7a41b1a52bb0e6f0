import { afterAll, beforeAll } from 'vitest';

/**
 * What the tests of a group share, made before them and ended after them. What keeps it from being made fails each of
 * them with its reason: a hook that fails would have them skipped.
 */
export function shared<T>(make: (stack: AsyncDisposableStack) => Promise<T>): () => Promise<T> {
  const stack = new AsyncDisposableStack();
  let made: Promise<T> | undefined;
  const get = (): Promise<T> => (made ??= make(stack));

  beforeAll(async () => {
    await get().catch(() => undefined);
  });
  afterAll(async () => stack.disposeAsync());
  return get;
}
