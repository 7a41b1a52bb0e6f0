import { project } from '../../vitest.shared.ts';

/** Scenarios are many processes one after another. */
export default project(import.meta.dirname, { test: { testTimeout: 120_000, hookTimeout: 120_000 } });
