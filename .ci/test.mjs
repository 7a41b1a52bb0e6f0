// `npm test`: system packages, then every check through Nx, then the sum of all suites' reports as the last line.
import { spawnSync } from 'node:child_process';
import console from 'node:console';
import { existsSync, globSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline/promises';

const root = join(import.meta.dirname, '..');

/** Debian packages that suites need, and how to tell that one is there. */
const systemPackages = [
  { name: 'chromium', there: () => existsSync('/usr/bin/chromium') },
  { name: 'curl', there: () => existsSync('/usr/bin/curl') },
  { name: 'gnutls-bin', there: () => existsSync('/usr/bin/certtool') },
  { name: 'jq', there: () => existsSync('/usr/bin/jq') },
  { name: 'openssl', there: () => existsSync('/usr/bin/openssl') },
  { name: 'pebble', there: () => existsSync('/usr/bin/pebble') },
  { name: 'python3-grpcio', there: () => succeeds('/usr/bin/python3', ['-c', 'import grpc']) },
  { name: 'python3-pika', there: () => succeeds('/usr/bin/python3', ['-c', 'import pika']) },
  { name: 'python3-pip', there: () => succeeds('/usr/bin/python3', ['-m', 'pip', '--version']) },
  { name: 'python3-zmq', there: () => succeeds('/usr/bin/python3', ['-c', 'import zmq']) },
  { name: 'rabbitmq-server', there: () => existsSync('/usr/sbin/rabbitmq-server') },
  { name: 'strace', there: () => existsSync('/usr/bin/strace') },
];

function succeeds(command, args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

function run(command, args) {
  return spawnSync(command, args, { cwd: root, stdio: 'inherit' }).status ?? 1;
}

async function agreed(question) {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(question);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

async function ensureSystemPackages() {
  const missing = systemPackages.filter(({ there }) => !there()).map(({ name }) => name);
  console.log(`System packages needed: ${systemPackages.map(({ name }) => name).join(' ')}`);
  if (missing.length === 0) return true;
  const asRoot = process.getuid?.() === 0;
  const install = `apt-get update && apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  const line = asRoot ? install : `sudo sh -c '${install}'`;
  if ((asRoot && process.env.CI) || (await agreed(`Missing: ${missing.join(' ')}. Run\n  ${line}\nnow? [y/N] `))) {
    if (run('sh', ['-c', line]) === 0 && systemPackages.every(({ there }) => there())) return true;
  }
  console.error(`Missing system packages: ${missing.join(' ')}. Install them with:\n  ${line}`);
  return false;
}

/** Sums the JSON reports of every project that has a test configuration; a suite without a report is a failure. */
function sum(suites) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const suite of suites) {
    const file = join(suite, 'test-results', 'report.json');
    if (!existsSync(file)) {
      console.error(`No report from ${suite.slice(root.length + 1)}: it counts as failed.`);
      total.failed += 1;
      continue;
    }
    const report = JSON.parse(readFileSync(file, 'utf8'));
    total.passed += report.numPassedTests;
    total.failed += report.numFailedTests;
    total.skipped += report.numPendingTests + report.numTodoTests;
    const broken = report.testResults.filter(
      ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
    );
    for (const { name } of broken) console.error(`${name} could not be run: it counts as failed.`);
    total.failed += broken.length;
  }
  return total;
}

const suites = globSync('{{packages,agents,e2e}/*,bench}/vitest.config.ts', { cwd: root }).map((file) =>
  join(root, dirname(file)),
);
let failedTasks = 1;
for (const suite of suites) rmSync(join(suite, 'test-results'), { recursive: true, force: true });
if (await ensureSystemPackages()) {
  failedTasks = run('npx', [
    'nx',
    'run-many',
    '-t',
    'build',
    'typecheck',
    'lint',
    'format',
    'test',
    '--outputStyle=static',
  ]);
  failedTasks += run('npx', ['nx', 'sync:check']);
}
const { passed, failed, skipped } = sum(suites);
const other = failedTasks !== 0 && failed === 0 ? 1 : 0;
if (other) console.error('A check other than a test failed (see above): it counts as one failure.');
process.exitCode = failed + other + skipped === 0 ? 0 : 1;
console.log(`${passed} passed, ${failed + other} failed, ${skipped} skipped`);
