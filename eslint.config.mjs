import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Foreign packages and the only rooms that may import them (docs/architecture.md, "Rooms and floors"). */
const foreign = {
  typebox: ['vip-core'],
  'sodium-native': ['zmtp'],
  'libsodium-wrappers': ['zmtp'],
  '@noble/*': ['zmtp'],
  'node-forge': ['pki'],
  'acme-client': ['pki'],
  jose: ['auth'],
  zeromq: ['bus-zmq', 'bench', 'e2e'],
  amqplib: ['bus-rmq', 'bench', 'e2e'],
  yaml: ['bus-rmq'],
  axios: ['connect', 'demo', 'e2e'],
  '@grpc/*': ['grpc', 'bench'],
  fastify: ['web'],
  ws: ['web', 'platform'],
  '@fastify/*': ['web'],
  commander: ['demo', 'cli'],
  tar: ['aip'],
  preact: ['pages'],
  uplot: ['pages'],
};

/** Node modules that only some rooms may touch; the Nx rule does not see `node:*`. */
const nodeModules = { 'node:net': ['zmtp', 'bus-rmq', 'web', 'demo', 'e2e'], 'node:sqlite': ['storage'] };

const rooms = [
  ...[
    'vip-core',
    'zmtp',
    'pki',
    'storage',
    'agent',
    'router',
    'auth',
    'bus-zmq',
    'bus-rmq',
    'history',
    'connect',
    'enrolment',
    'grpc',
  ],
  ...['aip', 'web', 'pages', 'platform', 'cli', 'demo'],
  ...[
    'sysmon',
    'replay-driver',
    'listener',
    'historian',
    'forwarder',
    'data-puller',
    'central-platform',
    'volttron-central',
    'bench',
    'e2e',
  ],
];

/** The channel of federated sites is for theirs alone. */
const agentsWithoutGrpc = [
  ...['sysmon', 'replay-driver', 'listener', 'historian', 'forwarder', 'data-puller', 'central-platform'],
  'volttron-central',
];

const banned = (room) =>
  Object.entries(foreign)
    .filter(([, owners]) => !owners.includes(room))
    .map(([name]) => name);

const floors = (n) => Array.from({ length: n }, (_, floor) => `floor:${floor}`);

/** A floor imports lower floors only; agents see three rooms; pages see the schemas. */
const depConstraints = [
  ...[0, 1, 2, 3, 4].map((n) => ({ sourceTag: `floor:${n}`, onlyDependOnLibsWithTags: floors(n) })),
  { sourceTag: 'floor:5', onlyDependOnLibsWithTags: floors(5) },
  { sourceTag: 'type:agent', onlyDependOnLibsWithTags: ['room:agent', 'room:grpc', 'room:history', 'room:vip-core'] },
  ...agentsWithoutGrpc.map((room) => ({ sourceTag: `room:${room}`, notDependOnLibsWithTags: ['room:grpc'] })),
  { sourceTag: 'type:pages', onlyDependOnLibsWithTags: ['room:vip-core'] },
  ...rooms.map((room) => ({ sourceTag: `room:${room}`, bannedExternalImports: banned(room) })),
];

/** `no-restricted-imports` for one room's sources: all of `node:*` for vip-core, the owned modules elsewhere. */
const fenced = (files, room) => ({
  files,
  rules: {
    'no-restricted-imports': [
      'error',
      room === 'vip-core'
        ? { patterns: [{ group: ['node:*'], message: 'vip-core knows no Node.' }] }
        : {
            paths: Object.entries(nodeModules)
              .filter(([, owners]) => !owners.includes(room))
              .map(([name, owners]) => ({
                name,
                allowImportNames: ['isIP', 'isIPv6'],
                message: `Only ${owners.join(', ')} may import ${name}.`,
              })),
          },
    ],
  },
});

const tests = ['**/*.unit.test.ts', '**/test/**', '**/testing/**', 'e2e/**', 'bench/**'];

export default defineConfig(
  { ignores: ['**/dist', '**/out-tsc', '**/node_modules', '**/test-results', '.nx', '.demo', '**/.venv'] },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      complexity: ['error', 12],
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 60 }],
    },
  },
  {
    files: tests,
    rules: { 'max-lines-per-function': 'off', '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  ...rooms.map((room) => fenced([`packages/${room}/src/**/*.ts`, `agents/${room}/src/**/*.ts`], room)),
  {
    files: ['**/*.ts', '**/*.tsx', '**/*.js', '**/*.mjs'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        {
          enforceBuildableLibDependency: true,
          banTransitiveDependencies: true,
          allowCircularSelfDependency: true,
          allow: ['^(\\.\\./)+vitest\\.shared\\.ts$'],
          depConstraints: [
            ...depConstraints,
            { sourceTag: 'type:e2e', onlyDependOnLibsWithTags: ['*'] },
            { sourceTag: 'type:bench', onlyDependOnLibsWithTags: ['*'] },
          ],
        },
      ],
    },
  },
);
