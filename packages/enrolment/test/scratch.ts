import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { AuthFile, createAccessTable, createAuthenticator, createKeyGrant, generateKeyPair } from '@volttron-ts/auth';
import type { SnapshotAuthenticator } from '@volttron-ts/auth';
import type { AuthenticationDecision, Logger } from '@volttron-ts/vip-core';
import { SteppedClock } from '@volttron-ts/vip-core/testing';
import { onTestFinished } from 'vitest';

import { openEnrolment } from '../src/index.ts';
import type { Enrolment, EnrolmentGrant, EnrolmentRequest, Limits } from '../src/index.ts';

/** A folder of the running test's own, removed after it. */
export async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'enrolment-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A door with enrolment behind it: real auth file, real database, stepped clock. */
export class Door {
  readonly home: string;
  readonly clock = new SteppedClock();
  readonly errors: string[] = [];
  readonly dropped: string[] = [];
  /** Steps fail while this is set; all of them, unless `faulty` names some. */
  fault: Error | undefined;
  faulty: readonly ('grant' | 'withdraw' | 'forget')[] = ['grant', 'withdraw', 'forget'];
  readonly #limits: Limits | undefined;
  #file!: AuthFile;
  #authenticator!: SnapshotAuthenticator;
  #enrolment: Enrolment | undefined;

  private constructor(home: string, limits: Limits | undefined) {
    this.home = home;
    this.#limits = limits;
  }

  static async open({ home, limits }: { home?: string; limits?: Limits } = {}): Promise<Door> {
    const door = new Door(home ?? (await scratchFolder()), limits);
    await door.start();
    onTestFinished(() => door.stop());
    return door;
  }

  async start(): Promise<void> {
    this.#file = await AuthFile.open(join(this.home, 'auth.json'));
    this.#authenticator = createAuthenticator(createAccessTable(this.#file.contents), {
      onRefused: (request, decision) => {
        this.enrolment.report(request, decision);
      },
    });
    this.#file.onChange((contents) => {
      this.#authenticator.update(createAccessTable(contents));
    });
    this.#enrolment = await openEnrolment({
      path: join(this.home, 'enrolment.sqlite'),
      grant: this.#faulty(createKeyGrant(this.#file, { dropLive: (credential) => this.dropped.push(credential) })),
      clock: this.clock,
      log: this.#log(),
      ...(this.#limits === undefined ? {} : { limits: this.#limits }),
    });
  }

  async stop(): Promise<void> {
    await this.#enrolment?.close();
    this.#enrolment = undefined;
  }

  get enrolment(): Enrolment {
    if (this.#enrolment === undefined) throw new Error('the door is closed');
    return this.#enrolment;
  }

  get file(): AuthFile {
    return this.#file;
  }

  knock(credential: string, identity = 'agent.a', address = '10.0.0.5'): AuthenticationDecision {
    return this.#authenticator.authenticate({ mechanism: 'CURVE', credential, identity, domain: 'vip', address });
  }

  async request(credential: string): Promise<EnrolmentRequest> {
    const found = (await this.enrolment.list()).find((request) => request.credential === credential);
    if (found === undefined) throw new Error('no such request');
    return found;
  }

  #faulty(grant: EnrolmentGrant): EnrolmentGrant {
    const fail = (step: 'grant' | 'withdraw' | 'forget'): void => {
      if (this.fault !== undefined && this.faulty.includes(step)) throw this.fault;
    };
    return {
      check: (access) => grant.check(access),
      grant: async (access) => {
        fail('grant');
        await grant.grant(access);
      },
      withdraw: async (access) => {
        fail('withdraw');
        await grant.withdraw(access);
      },
      forget: async (access) => {
        fail('forget');
        await grant.forget(access);
      },
    };
  }

  #log(): Logger {
    const nothing = () => undefined;
    return { debug: nothing, info: nothing, warn: nothing, error: (line) => this.errors.push(line) };
  }
}

export const newKey = (): string => generateKeyPair().publicKey;
