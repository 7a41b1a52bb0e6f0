import { project } from '../../vitest.shared.ts';

/** Whole processes are started, two at a time: on a busy host that takes its time. */
export default project(import.meta.dirname, { test: { testTimeout: 90_000, maxConcurrency: 2 } });
