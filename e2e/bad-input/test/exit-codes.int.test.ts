import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exitCodeOf } from '@volttron-ts/connect';
import { VipError } from '@volttron-ts/vip-core';
import { describe, expect, it } from 'vitest';

const packages = join(dirname(fileURLToPath(import.meta.url)), '../../../packages');

/** Every code of an error that a process of ours may end with, and the exit code that it means (docs/exit-codes.md). */
const expected: Readonly<Record<number, string>> = {
  2: 'usage agent-module agent-package archive-refused python-agent',
  69: `bind endpoint unreachable refused discovery certificate-request broker-missing broker-start broker-management no-rabbitmq database-busy web-port-in-use web-name-unresolved web-bind grpc-bind
    EADDRINUSE EADDRNOTAVAIL ECONNREFUSED EHOSTUNREACH ENETUNREACH ETIMEDOUT`,
  74: `home-unusable file-missing file-unreadable file-unwritable pages-missing database-unusable database-read-only
    database-newer database-older migration-failed disk-full
    EACCES EPERM ENOENT ENOTDIR EISDIR EROFS ENOSPC EIO EMFILE ENFILE ELOOP`,
  77: `home-foreign denied pending certificate-denied unauthorized identity-taken identity-reserved identity-in-use
    wrong-serverkey unknown-serverkey serverkey-mismatch known-host-mismatch
    broker-refused broker-certificate client-certificate no-certificate`,
  78: `invalid-value instance-config json-file key-store-invalid known-hosts-invalid auth-file-invalid auth-file-newer
    auth-entry-invalid web-users-invalid secret-file-invalid web-address web-certificate certificate-file
    root-certificate no-remote-address protected-topics audit-key-invalid certificate-name web-token-key
    rabbit-not-set-up grpc-option grpc-file`,
  // Answers to a peer or a browser, and mistakes of a program.
  1: `auth-entry-exists auth-entry-unknown login-refused login-throttled session-invalid
    crypto handler identity key protocol socket-use z85
    bad-request body-too-large foreign-origin login-required method-not-allowed not-found too-many-requests
    too-many-streams unsupported-media-type token-required csr-missing first-user-exists requests-not-served
    web-token-invalid
    async-transaction json-value migration-list not-in-worker unknown-method worker-closed worker-crashed
    worker-request writes-closed
    bus hello-timeout not-welcomed upload agent-entry-taken journal-refused no-remote-platforms parameters method-authorization
    again closed journal-gap remote timeout unknown-subsystem
    unknown-key config-callback channel-broken auth-file-edit configuration config-store-unreadable
    agent-invalid agent-unknown priority-invalid tag-invalid identity-exists identity-of-service agent-file-invalid
    npm-failed platform-package agent-broken agent-running agent-spawn agent-unresponsive
    invalid-topic too-many-subscriptions unknown-operation
    grpc-call aggregation training
    duplicate-endpoint regex not-owner agent-failed agent-timeout socket-refused too-many-sockets`,
};

const words = (text: string): string[] => text.trim().split(/\s+/);
const table = Object.entries(expected).flatMap(([exitCode, codes]) =>
  words(codes).map((code) => [code, Number(exitCode)] as const),
);

describe('the exit code of an error', () => {
  it.each(table)('%s is %i', (code, exitCode) => {
    expect(exitCodeOf(new VipError(code, 'It failed.'))).toBe(exitCode);
  });

  it('is 1 for what nobody foresaw', () => {
    expect(exitCodeOf(new Error('It failed.'))).toBe(1);
    expect(exitCodeOf('It failed.')).toBe(1);
  });

  it.each([
    ...[
      'agent',
      'aip',
      'auth',
      'bus-rmq',
      'bus-zmq',
      'connect',
      'platform',
      'router',
      'storage',
      'vip-core',
      'web',
      'zmtp',
    ],
  ])('is in the table for every error of %s', async (room) => {
    const source = await readFile(join(packages, room, 'src/errors.ts'), 'utf8');
    const codes = [...source.matchAll(/super\(\s*'([a-z0-9-]+)'/g)].map(([, code]) => code);
    expect(codes.length).toBeGreaterThan(0);
    const known = new Set(table.map(([code]) => code));
    expect(codes.filter((code) => !known.has(code!))).toEqual([]);
  });

  it('is in the documentation, each with its number', async () => {
    const page = await readFile(join(packages, '../docs/exit-codes.md'), 'utf8');
    for (const exitCode of [0, ...Object.keys(expected)]) expect(page).toContain(`| ${exitCode} `);
  });
});
