import { join } from 'node:path';
import {
  AuditLog,
  AuthFile,
  createAccessTable,
  createAuthorizer,
  createAuthSnapshot,
  createKeyGrant,
  ensureEntries,
  KeyStore,
  KnownHosts,
  platformEntry,
  serviceCapabilities,
  publicKeyOf,
  Secret,
} from '@volttron-ts/auth';
import type { InstanceSettings, KeyGrant, KeyPair } from '@volttron-ts/auth';
import { openEnrolment } from '@volttron-ts/enrolment';
import type { CertificateEnrolment, Enrolment } from '@volttron-ts/enrolment';
import { openJournal } from '@volttron-ts/history';
import type { Journal } from '@volttron-ts/history';
import { ProtectedTopics } from '@volttron-ts/router';
import { parseAddress, services } from '@volttron-ts/vip-core';
import type { Clock, Logger, VipAddress } from '@volttron-ts/vip-core';
import { removePidFile } from './pid-file.ts';
import { RouterThread } from './router-thread.ts';
import { auditedCertificates } from './services/auth/audited-certificates.ts';
import { auditedEnrolment } from './services/auth/audited-enrolment.ts';
import { RefusalCounter } from './services/auth/refusal-counter.ts';
import { createServiceKit } from './wiring/kit.ts';
import { Parts } from './wiring/parts.ts';
import type { Rabbit } from './wiring/rabbit.ts';
import { startServices } from './wiring/services.ts';
import type { RunningWeb } from './wiring/web.ts';
import type { PlatformWeb } from './wiring/platform-web.ts';
import type { ServiceKit } from './wiring/kit.ts';

/** Version that `query platform-version` answers. */
const VERSION = '0.1.0';

export interface PlatformOptions {
  readonly home: string;
  readonly settings: InstanceSettings;
  readonly clock: Clock;
  /** A log under a name such as `volttron.platform.auth`. */
  readonly log: (name: string) => Logger;
  /** A fault that a test wants. */
  readonly fault?: string | undefined;
  /** Something asks for the end: the service `control`, or a thread that died. */
  readonly onEnd: (reason: string, failed: boolean) => void;
}

/** What a started platform says of itself. */
export interface PlatformStatus {
  readonly instance: string;
  readonly addresses: readonly string[];
  readonly serverKey: string;
  readonly webAddress: string | undefined;
  /** HOST:PORT of the gRPC gateway, if there is one. */
  readonly grpcTarget: string | undefined;
  /** Of the web user `admin`, at the very first start only. */
  readonly firstPassword: string | undefined;
}

interface BeneathRouter {
  readonly serverKeys: KeyPair;
  readonly authFile: AuthFile;
  readonly journal: Journal;
  readonly audit: AuditLog;
  readonly rabbit: Rabbit | undefined;
}

interface OpenEnrolment {
  readonly enrolment: Enrolment;
  readonly certificates: CertificateEnrolment | undefined;
}

/** One running platform: the router in its thread, the journal in its own, services and web on the main one. */
export class Platform {
  readonly #options: PlatformOptions;
  readonly #parts: Parts;
  #ending: Promise<void> | undefined;

  private constructor(options: PlatformOptions) {
    this.#options = options;
    this.#parts = new Parts(options.log('volttron.platform'));
  }

  /** Starts everything; what had started is ended again when a part fails. */
  static async start(options: PlatformOptions): Promise<{ platform: Platform; status: PlatformStatus }> {
    const platform = new Platform(options);
    try {
      return { platform, status: await platform.#start() };
    } catch (error) {
      await platform.stop();
      throw error;
    }
  }

  /** Ends all parts, the last made first. Safe to call twice. */
  async stop(): Promise<void> {
    this.#ending ??= this.#parts.end();
    await this.#ending;
  }

  async #start(): Promise<PlatformStatus> {
    const { home, settings, clock, log } = this.#options;
    this.#parts.add('VOLTTRON_PID', async () => removePidFile(home));
    const audit = await this.#openAudit();
    const keys = new KeyStore(home);
    const serverKeys = await keys.platform();
    const authFile = await AuthFile.open(join(home, 'auth.json'));
    const { problems, warnings } = authFile.contents;
    for (const line of [...problems, ...warnings]) log('volttron.platform.auth').warn(line);
    await this.#ensureEntries(keys, serverKeys, authFile);
    const journal = await this.#openJournal();
    const rabbit = await this.#openRabbit();
    const { router, enrolment, certificates } = await this.#startRouter({
      serverKeys,
      authFile,
      journal,
      audit,
      rabbit,
    });
    const authorizer = createAuthorizer(createAuthSnapshot(authFile.contents), serviceCapabilities);
    const kit = createServiceKit(
      {
        home,
        settings,
        clock,
        log,
        keys,
        authFile,
        authorizer,
        audit,
        topics: new ProtectedTopics(),
        journal,
        enrolment,
        certificates,
        router,
        rabbit,
      },
      this.#parts,
    );
    const platformWeb = await startConfiguredWeb(kit, serverKeys.publicKey);
    const control = await startServices(kit);
    const addresses = await router.listen();
    await router.setProperties(this.#properties(addresses, serverKeys.publicKey));
    await this.#learnOwnKeys(addresses, serverKeys.publicKey);
    const web = platformWeb && (await serveWeb(kit, platformWeb, addresses));
    const grpcTarget = await startConfiguredGateway(kit);
    control.startAgents();
    return {
      instance: settings['instance-name'],
      addresses,
      serverKey: serverKeys.publicKey,
      webAddress: web?.address,
      grpcTarget,
      firstPassword: web?.firstPassword,
    };
  }

  async #ensureEntries(keys: KeyStore, serverKeys: KeyPair, file: AuthFile): Promise<void> {
    const control = await keys.agent(services.controlConnection);
    await ensureEntries(file, [
      platformEntry('platform', serverKeys.publicKey),
      platformEntry(services.controlConnection, control.publicKey),
    ]);
  }

  async #openAudit(): Promise<AuditLog> {
    const { home, clock, log } = this.#options;
    const audit = await AuditLog.open(home, { clock, log: log('volttron.platform.audit') });
    this.#parts.add('the audit log', async () => audit.close());
    return audit;
  }

  async #openJournal(): Promise<Journal> {
    const { home, settings, onEnd } = this.#options;
    const journal = await openJournal({
      path: join(home, 'journal.sqlite'),
      instance: settings['instance-name'],
      durability: 'kill-safe',
      onCrash: (error) => {
        onEnd(error.message, true);
      },
    });
    this.#parts.add('the journal', async () => journal.close());
    return journal;
  }

  /** The broker, where the bus is RabbitMQ; loaded only there. */
  async #openRabbit(): Promise<Rabbit | undefined> {
    const { home, settings, clock, log } = this.#options;
    if (settings['message-bus'] !== 'rmq') return undefined;
    const { openRabbit } = await import('./wiring/rabbit.ts');
    const instance = settings['instance-name'];
    return openRabbit({ ...{ home, instance, clock }, log: log('volttron.platform.rmq'), parts: this.#parts });
  }

  async #startRouter(beneath: BeneathRouter): Promise<OpenEnrolment & { router: RouterThread }> {
    const { serverKeys, authFile, journal, audit, rabbit } = beneath;
    const { settings, log, clock, fault, onEnd } = this.#options;
    const grant = createKeyGrant(authFile, {
      dropLive: (credential) => {
        this.#parts.unawaited(router.drop(credential), 'live sessions could not be ended');
      },
    });
    const { enrolment, certificates } = await this.#openEnrolment(grant, beneath);
    const refusals = new RefusalCounter(audit, clock, (error) => {
      log('volttron.platform.audit').error('refused authentications were not recorded', { reason: String(error) });
    });
    this.#parts.add('the count of refusals', async () => refusals.flush());
    const router: RouterThread = new RouterThread({
      instance: settings['instance-name'],
      addresses: this.#bindings(),
      publicKey: serverKeys.publicKey,
      secretKey: serverKeys.secret.reveal(),
      access: createAccessTable(authFile.contents),
      tap: journal.tapPort(),
      rabbit: rabbit?.target,
      fault,
      log: log('volttron.platform.auth'),
      onRefused: (request, decision) => {
        enrolment.report(request, decision);
        refusals.add(request, decision);
      },
      onQuit: () => {
        onEnd('the service control asked for it', false);
      },
      onCrash: (error) => {
        onEnd(error.message, true);
      },
    });
    this.#parts.add('the router', async () => router.close());
    return { router, enrolment, certificates };
  }

  /** Requests for certificates are served where the configuration says so; what they stand on is loaded only then. */
  async #openEnrolment(grant: KeyGrant, { audit, rabbit, authFile }: BeneathRouter): Promise<OpenEnrolment> {
    const { home, settings, clock, log } = this.#options;
    const options = { path: join(home, 'enrolment.sqlite'), grant, clock, log: log('volttron.platform.enrolment') };
    if (!settings['enable-csr'] && rabbit === undefined) {
      const enrolment = auditedEnrolment(await openEnrolment(options), audit);
      this.#parts.add('enrolment', async () => enrolment.close());
      return { enrolment, certificates: undefined };
    }
    const { openCertificateAuthority } = await import('./wiring/certificates.ts');
    const certificates = await openCertificateAuthority({
      ...{ ...options, home, settings, parts: this.#parts },
      ...{ rabbit, authFile },
    });
    const opened = await openEnrolment({ ...options, certificates });
    this.#parts.add('enrolment', async () => opened.close());
    return {
      enrolment: auditedEnrolment(opened, audit),
      certificates: auditedCertificates(opened.certificates, audit),
    };
  }

  /** What is bound, the local address first. */
  #bindings(): VipAddress[] {
    const { settings } = this.#options;
    return [settings['vip-local-address'], ...settings['vip-address']].map(parseAddress);
  }

  /** Agents of this host learn the server key from known_hosts (reference/vip-zmq.md §3.1). */
  async #learnOwnKeys(addresses: readonly string[], publicKey: string): Promise<void> {
    const knownHosts = new KnownHosts(this.#options.home);
    const configured = this.#bindings();
    for (const [index, address] of addresses.entries()) {
      const own = configured[index]?.secretkey;
      await knownHosts.replace(address, own === undefined ? publicKey : publicKeyOf(new Secret(own)));
    }
  }

  #properties(addresses: readonly string[], serverkey: string): Record<string, string | number | string[] | null> {
    const { settings } = this.#options;
    const [local = '', ...others] = addresses;
    return {
      addresses: others.length > 0 ? others : [local],
      local_address: local,
      serverkey,
      'volttron-central-address': settings['volttron-central-address'] ?? null,
      'volttron-central-serverkey': settings['volttron-central-serverkey'] ?? null,
      'instance-name': settings['instance-name'],
      'bind-web-address': settings['bind-web-address'] ?? null,
      'platform-version': VERSION,
      'message-bus': settings['message-bus'],
      'agent-monitor-frequency': settings['agent-monitor-frequency'],
    };
  }
}

/** `platform_web` on the bus, on platforms that serve the web. */
async function startConfiguredWeb(kit: ServiceKit, serverKey: string): Promise<PlatformWeb | undefined> {
  const bindAddress = kit.settings['bind-web-address'];
  if (bindAddress === undefined) return undefined;
  const { startPlatformWeb } = await import('./wiring/platform-web.ts');
  return startPlatformWeb(kit, bindAddress, serverKey);
}

/** The gRPC gateway, on platforms that have one; answers where it listens. */
async function startConfiguredGateway(kit: ServiceKit): Promise<string | undefined> {
  const target = kit.settings['grpc-gateway-address'];
  if (target === undefined) return undefined;
  const { startGrpcGateway } = await import('./wiring/grpc-gateway.ts');
  return startGrpcGateway(kit, target);
}

/** HTTPS, certificates and their libraries are loaded once agents can connect, and only here: they take 25 MB. */
async function serveWeb(kit: ServiceKit, web: PlatformWeb, addresses: readonly string[]): Promise<RunningWeb> {
  const { startWeb } = await import('./wiring/web.ts');
  return startWeb(kit, web, addresses);
}
