import { project } from '../../vitest.shared.ts';

// Each file runs whole instances: seven processes and a browser.
export default project(import.meta.dirname, {
  test: { fileParallelism: false, testTimeout: 180_000, hookTimeout: 180_000 },
});
