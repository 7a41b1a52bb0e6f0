import { join } from 'node:path';
import type { KeyAlgorithmName } from '@volttron-ts/pki';
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import type { Runner } from '../runner.ts';
import type { ExportOptions } from './export-commands.ts';
import type { VerifyOptions } from './look-commands.ts';
import type { ClientOptions, CsrOptions, KeyOptions, RootOptions, SignOptions } from './make-commands.ts';
import type { QuickstartOptions, QuickstartSignOptions } from './quickstart.ts';
import type { RequestOptions } from './request-command.ts';

const ROOT = 'rootCA.pem';
const ROOT_DAYS = 1024;
const DAYS = 500;
const ALGORITHMS: readonly KeyAlgorithmName[] = ['RSA-2048', 'RSA-3072', 'RSA-4096', 'P-256', 'P-384', 'Ed25519'];

/** What computes with certificates is no weight for the commands that do not. */
const make = (): Promise<typeof import('./make-commands.ts')> => import('./make-commands.ts');
const look = (): Promise<typeof import('./look-commands.ts')> => import('./look-commands.ts');
const ofHome = (): Promise<typeof import('./home-commands.ts')> => import('./home-commands.ts');
const exports = (): Promise<typeof import('./export-commands.ts')> => import('./export-commands.ts');
const requests = (): Promise<typeof import('./request-command.ts')> => import('./request-command.ts');
const quickstart = (): Promise<typeof import('./quickstart.ts')> => import('./quickstart.ts');

/** `vctl certs …`: an authority of one's own and what it signs, in step with openssl; needs no platform. */
export function addCertsCommands(certs: Command, run: Runner): void {
  addMakeCommands(certs, run);
  addHomeCommands(certs, run);
  addQuickstart(certs, run);
  certs
    .command('request <address> <identity>')
    .description('ask another platform for a certificate of an agent of this one')
    .option('--root <file>', "the root of the other platform's web certificate, if the system does not trust it")
    .option('--folder <folder>', "where the certificate is kept; the installed agent's own data folder if not given")
    .option('--wait', 'ask until the operator of that platform has decided')
    .action(run<RequestOptions>(async (...given) => (await requests()).request(...given)));
  certs
    .command('show <file>')
    .description('show what certificates or a request say')
    .action(run(async (context, args) => (await look()).show(context, args)));
  certs
    .command('verify <certificate>')
    .description('check that an authority stands behind a certificate')
    .option('--ca <file>', 'certificates of the authorities that are trusted', ROOT)
    .option('--name <name>', 'the host name or IP address by which the server is reached')
    .addOption(new Option('--purpose <purpose>', 'what it is wanted for').choices(['server', 'client', 'any']))
    .option('--key <file>', 'the private key that must belong to it')
    .option('--passphrase-file <file>', 'its first line opens the key')
    .action(run<VerifyOptions>(async (...given) => (await look()).verify(...given)));
}

/** Everything that two machines need to talk over a secure gRPC channel, one command on each. */
function addQuickstart(certs: Command, run: Runner): void {
  const grpc = certs
    .command('quickstart')
    .description('everything that a kind of connection needs, in one command')
    .command('grpc')
    .description('the certificates of the secure gRPC channel, and the options that name them');
  const withFolder = (command: Command): Command =>
    withForce(command).option('--folder <folder>', 'where the files are', join('data', 'certificates'));
  const withName = (command: Command): Command =>
    withFolder(command)
      .option('--name <name>', 'the name that the client finds in the certificate of the server', 'localhost')
      .option('--target <target>', 'HOST:PORT of the server', 'localhost:8024');
  withName(grpc.command('server'))
    .description('on the server: the authority, key and certificate, options')
    .option('--passphrase-file <file>', "its first line is the passphrase of the authority's key; asked when absent")
    .action(run<QuickstartOptions>(async (...given) => (await quickstart()).server(...given)));
  withName(grpc.command('client'))
    .description('on a client: key and request, options')
    .action(run<QuickstartOptions>(async (...given) => (await quickstart()).client(...given)));
  withFolder(grpc.command('sign <csr>'))
    .description('on the server: sign the request of a client')
    .option('--passphrase-file <file>', "its first line opens the authority's key; asked when absent")
    .action(run<QuickstartSignOptions>(async (...given) => (await quickstart()).sign(...given)));
}

/** What VOLTTRON's certificate directory holds. */
function addHomeCommands(certs: Command, run: Runner): void {
  certs
    .command('list')
    .description('list the certificates of this platform and those it gave to others')
    .action(run(async (context) => (await ofHome()).list(context)));
  certs
    .command('create-ssl-keypair <identity>')
    .description('make a key and a certificate of this platform for an agent; replaces what it has')
    .action(run(async (context, args) => (await ofHome()).createSslKeypair(context, args)));
  withForce(certs.command('export-pkcs12 <identity> <outfile>'))
    .description('write the key and the certificate of an agent into one file, as for a Java key store')
    .option('--passphrase-file <file>', 'its first line is the password of the new file; asked when absent')
    .action(run<ExportOptions>(async (...given) => (await exports()).exportPkcs12(...given)));
}

function addMakeCommands(certs: Command, run: Runner): void {
  withForce(withSubject(certs.command('root')))
    .description('make the key and the certificate of an authority')
    .option('--key <file>', 'sign with this key instead of a new one')
    .addOption(algorithm())
    .addOption(cipher().default('aes256'))
    .option('--passphrase-file <file>', 'its first line is the passphrase of the key; asked when absent')
    .option('--days <number>', 'how long it is valid', days, ROOT_DAYS)
    .option('--out <file>', 'file of the certificate; the key stands beside it', ROOT)
    .action(run<RootOptions>(async (...given) => (await make()).root(...given)));
  withForce(certs.command('key <file>'))
    .description('make a private key')
    .addOption(algorithm())
    .addOption(cipher())
    .option('--passphrase-file <file>', 'encrypt the key; the first line is its passphrase')
    .action(run<KeyOptions>(async (...given) => (await make()).key(...given)));
  withForce(withSubject(certs.command('csr <key>')))
    .description('make a certificate signing request')
    .option('--dns-name <name...>', 'further host names of a server')
    .option('--ip-address <address...>', 'IP addresses of a server')
    .option('--passphrase-file <file>', 'its first line opens the key')
    .option('--out <file>', 'file of the request; beside the key when absent')
    .action(run<CsrOptions>(async (...given) => (await make()).csr(...given)));
  withForce(withAuthority(certs.command('sign <csr>')))
    .description('sign a request')
    .addOption(
      new Option('--profile <profile>', 'whom the certificate is for; a peer is both')
        .choices(['server', 'client', 'peer'])
        .default('peer'),
    )
    .option('--out <file>', 'file of the certificate; beside the request when absent')
    .action(run<SignOptions>(async (...given) => (await make()).sign(...given)));
  withForce(certs.command('export <certificate>'))
    .description('write a certificate and its key into one file, PKCS#12')
    .option('--key <file>', 'its private key; beside the certificate when absent')
    .option('--key-passphrase-file <file>', 'its first line opens the key; asked when absent')
    .option('--passphrase-file <file>', 'its first line is the password of the new file; asked when absent')
    .option('--out <file>', 'the new file; beside the certificate when absent')
    .action(run<ExportOptions>(async (...given) => (await exports()).exportFile(...given)));
  withForce(withSubject(withAuthority(certs.command('client'))))
    .description('make a private key and a certificate for a client')
    .addOption(algorithm())
    .option('--out <file>', 'file of the certificate; the key stands beside it', 'client.crt')
    .action(run<ClientOptions>(async (...given) => (await make()).client(...given)));
}

const withForce = (command: Command): Command => command.option('--force', 'replace files that are there');

const withSubject = (command: Command): Command =>
  command.option('--subject <subject>', 'such as /C=US/O=Test/CN=localhost; asked when absent');

const withAuthority = (command: Command): Command =>
  command
    .option('--ca <file>', 'certificate of the authority', ROOT)
    .option('--ca-key <file>', 'its key; beside the certificate when absent')
    .option('--ca-serial <file>', 'its last serial number, as openssl keeps it; beside the certificate when absent')
    .option('--passphrase-file <file>', 'its first line opens the key of the authority; asked when absent')
    .option('--days <number>', 'how long the certificate is valid', days, DAYS);

const algorithm = (): Option => new Option('--algorithm <name>', 'kind of key').choices(ALGORITHMS).default('RSA-2048');

const cipher = (): Option => new Option('--cipher <name>', 'encrypt the key').choices(['aes256', 'des3']);

function days(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a whole number of days from 1 to 99999.');
}
