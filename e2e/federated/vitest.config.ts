import { project } from '../../vitest.shared.ts';

/** Each test is some processes one after another. */
export default project(import.meta.dirname, { test: { testTimeout: 120_000, hookTimeout: 120_000 } });
