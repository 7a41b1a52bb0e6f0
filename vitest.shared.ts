import { defaultServerConditions } from 'vite';
import { defineConfig, mergeConfig } from 'vitest/config';
import type { ViteUserConfig } from 'vitest/config';

const condition = '@volttron-ts/source';
const conditions = [condition, ...defaultServerConditions];

/**
 * The settings every project's tests share: workspace packages are loaded from their sources, also in workers and
 * child processes, and each run leaves a JSON report for the sum that `npm test` prints.
 */
export function project(dir: string, own: ViteUserConfig = {}): ViteUserConfig {
  return mergeConfig(
    defineConfig({
      root: dir,
      resolve: { conditions },
      ssr: { resolve: { conditions } },
      test: {
        include: ['src/**/*.unit.test.ts', 'test/**/*.int.test.ts'],
        passWithNoTests: false,
        execArgv: [`--conditions=${condition}`],
        reporters: ['default', ['json', { outputFile: 'test-results/report.json' }]],
        testTimeout: 20_000,
        hookTimeout: 60_000,
      },
    }),
    own,
  );
}
