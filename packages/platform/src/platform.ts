import { join } from 'node:path';
import { startAgent } from '@volttron-ts/agent';
import type { AgentDefinition, RunningAgent } from '@volttron-ts/agent';
import {
  AuthFile,
  createAuthorizer,
  createAuthSnapshot,
  createKeyGrant,
  ensureEntries,
  KeyStore,
  KnownHosts,
  platformEntry,
} from '@volttron-ts/auth';
import type { InstanceSettings, KeyPair } from '@volttron-ts/auth';
import { openEnrolment } from '@volttron-ts/enrolment';
import type { Enrolment } from '@volttron-ts/enrolment';
import { openJournal } from '@volttron-ts/history';
import type { Journal } from '@volttron-ts/history';
import { JOURNAL_SUBSYSTEM, parseAddress, services } from '@volttron-ts/vip-core';
import type { Clock, Logger } from '@volttron-ts/vip-core';
import { RouterThread } from './router-thread.ts';
import { defineAuthService } from './services/auth-service.ts';
import { JournalService } from './services/journal-service.ts';
import { DeviceFeed } from './services/live-feed.ts';
import { Republisher } from './services/republisher.ts';
import { startWeb } from './web.ts';
import type { RunningWeb } from './web.ts';

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
  /** Of the web user `admin`, at the very first start only. */
  readonly firstPassword: string | undefined;
}

/** One running platform: the router in its thread, the journal in its own, services and web on the main one. */
export class Platform {
  readonly #options: PlatformOptions;
  /** What to end, in order of making. */
  readonly #parts: { readonly name: string; end(): Promise<unknown> }[] = [];
  #ending: Promise<void> | undefined;

  private constructor(options: PlatformOptions) {
    this.#options = options;
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
    this.#ending ??= this.#end();
    await this.#ending;
  }

  async #end(): Promise<void> {
    for (const part of this.#parts.splice(0).reverse()) {
      try {
        await part.end();
      } catch (error) {
        this.#options.log('volttron.platform').error(`${part.name} did not end well`, { reason: String(error) });
      }
    }
  }

  /** For what nobody waits for: its failure is logged, and ends nothing. */
  #unawaited(work: Promise<unknown>, failure: string): void {
    work.catch((error: unknown) => {
      this.#options.log('volttron.platform').warn(failure, { reason: String(error) });
    });
  }

  #part(name: string, end: () => Promise<unknown>): void {
    this.#parts.push({ name, end });
  }

  async #start(): Promise<PlatformStatus> {
    const { home, settings } = this.#options;
    const keys = new KeyStore(home);
    const serverKeys = await keys.platform();
    const authFile = await AuthFile.open(join(home, 'auth.json'));
    for (const problem of authFile.contents.problems) this.#options.log('volttron.platform.auth').warn(problem);
    await this.#ensureEntries(keys, serverKeys, authFile);
    const journal = await this.#openJournal();
    const { router, enrolment } = await this.#startRouter(serverKeys, authFile, journal);
    const addresses = await router.listen();
    await this.#learnOwnKeys(addresses, serverKeys.publicKey);
    const feed = this.#startServices(router, authFile, enrolment, journal);
    const web = await this.#startWeb(enrolment, feed, serverKeys.publicKey, addresses);
    const instance = settings['instance-name'];
    await router.setProperties(this.#properties(addresses, serverKeys.publicKey));
    return {
      instance,
      addresses,
      serverKey: serverKeys.publicKey,
      webAddress: web?.address,
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
    this.#part('the journal', async () => journal.close());
    return journal;
  }

  async #startRouter(
    serverKeys: KeyPair,
    authFile: AuthFile,
    journal: Journal,
  ): Promise<{ router: RouterThread; enrolment: Enrolment }> {
    const { home, settings, log, clock, fault, onEnd } = this.#options;
    const grant = createKeyGrant(authFile, {
      dropLive: (credential) => {
        this.#unawaited(router.drop(credential), 'live sessions could not be ended');
      },
    });
    const enrolment = await openEnrolment({
      path: join(home, 'enrolment.sqlite'),
      grant,
      clock,
      log: log('volttron.platform.enrolment'),
    });
    this.#part('enrolment', async () => enrolment.close());
    const router: RouterThread = new RouterThread({
      addresses: [settings['vip-local-address'], ...settings['vip-address']].map(parseAddress),
      publicKey: serverKeys.publicKey,
      secretKey: serverKeys.secret.reveal(),
      snapshot: createAuthSnapshot(authFile.contents),
      tap: journal.tapPort(),
      fault,
      log: log('volttron.platform.auth'),
      onRefused: (request, decision) => {
        enrolment.report(request, decision);
      },
      onQuit: () => {
        onEnd('the service control asked for it', false);
      },
      onCrash: (error) => {
        onEnd(error.message, true);
      },
    });
    this.#part('the router', async () => router.close());
    return { router, enrolment };
  }

  /** Agents of this host learn the server key from known_hosts (reference/vip-zmq.md §3.1). */
  async #learnOwnKeys(addresses: readonly string[], publicKey: string): Promise<void> {
    const knownHosts = new KnownHosts(this.#options.home);
    for (const address of addresses) await knownHosts.replace(address, publicKey);
  }

  #startServices(router: RouterThread, authFile: AuthFile, enrolment: Enrolment, journal: Journal): DeviceFeed {
    const { log, clock } = this.#options;
    const authorizer = createAuthorizer(createAuthSnapshot(authFile.contents));
    const capabilities = async (): Promise<unknown> => Promise.resolve(authorizer.userToCapabilities());
    const dropLive = (credential: string): void => {
      this.#unawaited(router.drop(credential), 'live sessions could not be ended');
    };
    const definition = defineAuthService({ enrolment, authorizer, file: authFile, dropLive });
    const auth = this.#startService(router, services.auth, definition, capabilities);
    const stopListening = authFile.onChange((contents) => {
      const snapshot = createAuthSnapshot(contents);
      authorizer.update(snapshot);
      this.#unawaited(router.setSnapshot(snapshot), 'the router did not take the auth file');
      this.#unawaited(
        tellEveryone(auth, authorizer.userToCapabilities()),
        'not every agent was told what users may do',
      );
    });
    this.#part('listening to auth.json', async () => {
      stopListening();
      return Promise.resolve();
    });
    const bus = router.connect(services.journal);
    const journalLog = log('volttron.platform.journal');
    const service = new JournalService({ bus, journal, authorizer, log: journalLog });
    const subsystems = { [JOURNAL_SUBSYSTEM]: service.take };
    const agent = startAgent(service.agent, { bus, clock, log: journalLog, subsystems, capabilities });
    const republisher = new Republisher({ bus, journal, clock, log: journalLog });
    republisher.start();
    this.#part('the journal service', async () => {
      republisher.stop();
      await agent.stop();
    });
    const feed = new DeviceFeed(clock);
    this.#startService(router, services.web, feed.agent, capabilities);
    return feed;
  }

  #startService(
    router: RouterThread,
    identity: string,
    definition: AgentDefinition,
    capabilities: () => Promise<unknown>,
  ): RunningAgent {
    const { clock, log } = this.#options;
    const agent = startAgent(definition, {
      bus: router.connect(identity),
      clock,
      log: log(`volttron.${identity}`),
      capabilities,
    });
    this.#part(identity, async () => agent.stop());
    return agent;
  }

  async #startWeb(
    enrolment: Enrolment,
    feed: DeviceFeed,
    serverKey: string,
    addresses: readonly string[],
  ): Promise<RunningWeb | undefined> {
    const { home, settings, clock, log } = this.#options;
    const web = await startWeb({
      home,
      settings,
      clock,
      log: log('volttron.platform.web'),
      enrolment,
      feed,
      serverKey,
      vipAddress: addresses.find((address) => address.startsWith('tcp:')),
    });
    if (web !== undefined) this.#part('the web service', async () => web.close());
    return web;
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

/** Every agent is told what users may do when that changes (reference/vip-zmq.md §3.9). */
async function tellEveryone(auth: RunningAgent, capabilities: unknown): Promise<void> {
  for (const peer of await auth.vip.peerlist.list()) auth.vip.rpc.notify(peer, 'auth.update', [capabilities]);
}
