import { readFile, rm } from 'node:fs/promises';
import { Agent } from 'node:https';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';

import type { Client } from 'acme-client';

import { generateKeyPair } from '../../key/key-algorithm.ts';
import { writePrivateKey } from '../../key/private-key.ts';
import { writePrivateFile } from '../private-file.ts';
import { explainResponse, explainTransport } from './acme-problem.ts';

/** ms for one request to the CA. */
const REQUEST_TIMEOUT = 10_000;
const MAX_BODY = 1 << 20;

interface AccountFile {
  readonly directory: string;
  readonly url: string;
}

/** The account at the CA, made on first use; key and URL are kept in the plugin's directory. */
export class AcmeAccount {
  #client: Client;
  readonly #make: (accountUrl: string | undefined) => Client;
  readonly #directory: string;
  readonly #path: string;
  #isRegistered: boolean;
  #registering: Promise<void> | undefined;

  private constructor(
    make: (accountUrl: string | undefined) => Client,
    directory: string,
    path: string,
    accountUrl: string | undefined,
  ) {
    this.#make = make;
    this.#client = make(accountUrl);
    this.#directory = directory;
    this.#path = path;
    this.#isRegistered = accountUrl !== undefined;
  }

  /**
   * @param directory URL of the CA's directory
   * @param folder where key and account are kept
   * @param trusted PEM certificates that the CA's web server may be signed by
   */
  static async open(directory: string, folder: string, trusted: string | undefined): Promise<AcmeAccount> {
    const accountKey = await accountKeyIn(folder);
    const path = join(folder, 'account.json');
    const kept = await readAccount(path);
    const Acme = await loadClient(trusted);
    const make = (accountUrl: string | undefined): Client =>
      new Acme({ directoryUrl: directory, accountKey, ...(accountUrl === undefined ? {} : { accountUrl }) });
    return new AcmeAccount(make, directory, path, kept?.directory === directory ? kept.url : undefined);
  }

  /** What a challenge's token is answered with (RFC 8555 §8.1). */
  keyAuthorization(type: 'http-01' | 'dns-01', token: string): Promise<string> {
    return this.#client.getChallengeKeyAuthorization({ type, token, url: '', status: 'pending' });
  }

  /** @throws AcmeProblemError */
  async client(): Promise<Client> {
    if (!this.#isRegistered) {
      this.#registering ??= this.#register().finally(() => {
        this.#registering = undefined;
      });
      await this.#registering;
    }
    return this.#client;
  }

  /** The CA knows it no more: the next use makes it anew. */
  async forget(): Promise<void> {
    await rm(this.#path, { force: true });
    this.#client = this.#make(undefined);
    this.#isRegistered = false;
  }

  async #register(): Promise<void> {
    // With a key that the CA knows it answers the account there is.
    await this.#client.createAccount({ termsOfServiceAgreed: true });
    const file: AccountFile = { directory: this.#directory, url: this.#client.getAccountUrl() };
    await writePrivateFile(this.#path, `${JSON.stringify(file)}\n`);
    this.#isRegistered = true;
  }
}

async function accountKeyIn(folder: string): Promise<string> {
  const path = join(folder, 'account.key');
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const { privateKey } = await generateKeyPair('P-256');
  const pem = writePrivateKey(privateKey);
  await writePrivateFile(path, pem);
  return pem;
}

async function readAccount(path: string): Promise<AccountFile | undefined> {
  try {
    const { directory, url } = JSON.parse(await readFile(path, 'utf8')) as Partial<AccountFile>;
    return typeof directory === 'string' && typeof url === 'string' ? { directory, url } : undefined;
  } catch {
    return undefined;
  }
}

/** Loaded by whoever uses ACME only. Its own retries would outlast every deadline: the engine makes them. */
async function loadClient(trusted: string | undefined): Promise<typeof Client> {
  const { Client: Acme, axios } = await import('acme-client');
  axios.interceptors.request.clear();
  axios.interceptors.response.clear();
  axios.interceptors.response.use(explainResponse, explainTransport);
  Object.assign(axios.defaults, {
    ...{ timeout: REQUEST_TIMEOUT, maxContentLength: MAX_BODY, maxRedirects: 0 },
    httpsAgent: new Agent(trusted === undefined ? {} : { ca: [...rootCertificates, trusted] }),
  });
  return Acme;
}
