import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Instance } from '@volttron-ts/demo';
import { onTestFinished } from 'vitest';

/** What a command printed, on both outputs in their order, and its exit code. */
export interface Ran {
  readonly code: number;
  readonly text: string;
}

interface Status {
  readonly webAddress: string;
  readonly firstPassword?: string;
  readonly addresses: readonly string[];
}

const PROGRAMS = fileURLToPath(new URL('../../../../node_modules/.bin', import.meta.url));
const SOURCES = '--conditions=@volttron-ts/source';
/** How the documents call the server. */
const DOCUMENTED = 'https://volttron-server:8443';

/** volttron-server, which takes certificate requests, and volttron-client, whose home alone is needed. */
export class TwoSites {
  readonly server: Instance;
  readonly client: Instance;
  /** The web address of volttron-server. */
  address = '';
  vipAddresses: readonly string[] = [];
  /** Of its first administrator. */
  password = '';

  private constructor(root: string) {
    this.server = new Instance(root, 'volttron-server');
    this.client = new Instance(root, 'volttron-client');
  }

  /** `config` is what stands in volttron-server's besides its name and web address; `onEnd` is told how to end all. */
  static async open(
    config: Readonly<Record<string, string>> = { 'enable-csr': 'True' },
    onEnd: (end: () => Promise<void>) => void = onTestFinished,
  ): Promise<TwoSites> {
    const root = await mkdtemp(join(tmpdir(), 'certificate-requests-'));
    const sites = new TwoSites(root);
    onEnd(async () => {
      await sites.server.stop('volttron');
      await rm(root, { recursive: true, force: true });
    });
    const bind = 'https://localhost:0';
    await sites.server.prepare({ 'instance-name': 'volttron-server', 'bind-web-address': bind, ...config }, []);
    await sites.client.prepare({ 'instance-name': 'volttron-client' }, []);
    sites.#serves(await sites.server.startPlatform());
    return sites;
  }

  /** Ends the platform of volttron-server as a crash would, and starts it again. */
  async crash(): Promise<void> {
    const child = this.server.child('volttron');
    child.kill();
    await child.exited();
    this.#serves(await this.server.restart('volttron'));
  }

  #serves(status: unknown): void {
    const { webAddress, firstPassword, addresses } = status as Status;
    this.address = webAddress;
    this.vipAddresses = addresses;
    this.password = firstPassword ?? this.password;
  }

  /** PEM file of the root of volttron-server's web certificate. */
  get root(): string {
    return join(this.server.home, 'certificates/certs/volttron-server-root-ca.crt');
  }

  /** Runs a line of a document in the home of an instance. */
  async run(where: 'server' | 'client', line: string): Promise<Ran> {
    const { home } = this[where];
    const command = line.replaceAll(DOCUMENTED, this.address);
    const env = {
      ...process.env,
      ...{
        SERVER_ROOT: this.root,
        PASSWORD: this.password,
        VOLTTRON_HOME: home,
        NODE_OPTIONS: SOURCES,
        PATH: `${PROGRAMS}:${process.env['PATH'] ?? ''}`,
      },
    };
    return new Promise((resolve) => {
      execFile('sh', ['-c', `exec 2>&1; ${command}`], { cwd: home, env }, (error, stdout) => {
        resolve({ code: Number(error?.code ?? 0), text: stdout.replaceAll(this.address, DOCUMENTED) });
      });
    });
  }

  /** One request of volttron-client for an agent, as JSON says it. */
  async ask(identity: string, more = ''): Promise<Ran> {
    const options = `--root ${this.root} --folder ${identity}.certs`;
    return this.run('client', `vctl certs request ${DOCUMENTED} ${identity} ${options} ${more}`);
  }
}
