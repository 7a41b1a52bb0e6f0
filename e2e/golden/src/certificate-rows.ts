import type { Assignment, TestName } from './assignment.ts';

const cli =
  (file: string) =>
  (name: string): TestName => ({ file: `packages/cli/test/${file}.int.test.ts`, name });
const golden = cli('golden-certificates');
const directory = cli('certificate-directory');

const shown = golden('tells of a certificate of VOLTTRON what openssl tells: x509/%s');
const listed = golden('of VOLTTRON are listed: %s');
const both = (...paths: readonly string[]): string[] =>
  ['vhomeA', 'vhomeB'].flatMap((home) => paths.map((path) => `${home}/certificates/${path}`));

/** What a home of VOLTTRON holds of certificates. */
export const certificateRows: readonly Assignment[] = [
  {
    files: ['certificates_layout.txt'],
    kind: 'differs',
    because: 'the folder of keys is open to its owner only; requests and what was issued are in a database',
    by: [golden('stand where VOLTTRON has them and as readable, but for what is in a database')],
  },
  {
    files: [
      ...['volttron-server-root-ca', 'platform.web-server', 'other-server.volttron-client.x'].flatMap((name) =>
        ['crt', 'txt'].map((extension) => `x509/${name}.${extension}`),
      ),
    ],
    kind: 'replayed',
    by: [shown],
  },
  {
    files: ['x509/volttron-server.volttron-client.appr.crt', 'x509/volttron-server.volttron-client.appr.txt'],
    kind: 'differs',
    because: 'a random serial number instead of the time, basic constraints and a subject key identifier besides',
    by: [shown, directory('has the profile of the original, and what strict readers want besides')],
  },
  {
    files: ['x509/csr_forwarder.txt', 'x509/volttron-server.volttron-client.forwarder.csr'],
    kind: 'replayed',
    by: [golden('tells of a request of VOLTTRON what openssl tells')],
  },
  { files: both('certs/*.crt'), kind: 'replayed', by: [listed] },
  {
    files: ['vhomeA/certificates/remote_certs/*.crt'],
    kind: 'replayed',
    by: [listed, directory('lists what a home of VOLTTRON holds, with its state')],
  },
  {
    files: ['vhomeA/certificates/pending_csr/*'],
    kind: 'differs',
    because: 'requests are kept in a database, not in files that the requester names',
    by: [golden('reads each request that waited in a home of VOLTTRON, with the key that the home keeps beside it')],
  },
  {
    files: both('ca_db/*'),
    kind: 'differs',
    because: 'what was issued is in a database that forgets nothing; the file of the original is left as it is',
    by: [directory('replaces the pair of the agent and leaves all else as it is, also ca_db')],
  },
];
