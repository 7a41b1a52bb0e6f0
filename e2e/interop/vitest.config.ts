import { project } from '../../vitest.shared.ts';

// Whole platforms, two languages: one file after another. The first may have to install the Python packages.
export default project(import.meta.dirname, {
  test: { fileParallelism: false, testTimeout: 20_000, hookTimeout: 180_000 },
});
