import { randomUUID } from 'node:crypto';
import { access, chmod, copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateKeyPair, openKeyStoreFile } from '@volttron-ts/auth';
import type { KeyPair } from '@volttron-ts/auth';
import { FileMissingError, readJsonFile, workerUrl, writeFileAtomic, writeJsonFile } from '@volttron-ts/storage';
import { removeAgent } from './agent-folder.ts';
import { chooseIdentity, readAgentPackage } from './agent-package.ts';
import type { AgentPackage } from './agent-package.ts';
import type { Admission } from './admission.ts';
import { ADMITTED, agentPaths, agentsFolder, REPLACES, STAGING } from './agent-paths.ts';
import type { ArchiveLimits } from './archive-entry.ts';
import { carryOver, formatRecord } from './carry-over.ts';
import { AgentPackageError, AgentUnknownError, IdentityExistsError } from './errors.ts';
import type { InstalledAgent } from './installed-agent.ts';
import { installedAgents, readAgent } from './installed-agents.ts';
import { sourceConditions } from './launch-plan.ts';
import { provideDependencies } from './provide-dependencies.ts';
import { runProgram } from './run-program.ts';
import { sweepAgents } from './sweep-agents.ts';
import { syncFolder, syncTree } from './sync-tree.ts';
import { Turns } from './turns.ts';
import { unpackArchive } from './unpack-archive.ts';

export interface InstallRequest {
  /** A tarball as `npm pack` makes it; left as it is. */
  readonly archive: string;
  /** Its VIP identity; what the package proposes when not given. */
  readonly identity?: string | undefined;
  /** Its key pair; that of the agent it replaces, else a new one, when not given. */
  readonly keys?: KeyPair | undefined;
  /** Text of its configuration file; that of the agent it replaces, else `{}`, when not given. */
  readonly config?: string | undefined;
  /** Takes the place of an agent with the same identity. */
  readonly force: boolean;
  /** Called when everything else is ready: ends the process of the agent that is to be replaced. */
  readonly beforeReplace?: ((old: InstalledAgent) => Promise<void>) | undefined;
}

export interface AgentInstallerOptions {
  readonly home: string;
  /** Lets agents onto the bus before they are in place. */
  readonly admission?: Admission;
  /** 512 MB in 50,000 files when not given. */
  readonly limits?: ArchiveLimits;
}

const CHECK_MS = 60_000;

/** An agent that is unpacked and ready, but for what depends on the agents beside it. */
interface Staged {
  readonly folder: string;
  readonly uuid: string;
  readonly package: AgentPackage;
}

/** Puts agents into a home and takes them out; one for each home. */
export class AgentInstaller {
  readonly #home: string;
  readonly #admission: Admission | undefined;
  readonly #limits: ArchiveLimits;
  readonly #turns = new Turns();

  constructor({ home, admission, limits = { bytes: 512_000_000, entries: 50_000 } }: AgentInstallerOptions) {
    this.#home = home;
    this.#admission = admission;
    this.#limits = limits;
  }

  /** Ends what a crash interrupted: to be called before the first installation. */
  async sweep(): Promise<void> {
    await sweepAgents(this.#home, this.#admission);
  }

  /**
   * Installs an agent, whole or not at all: until the last step, which is one renaming, the home is as it was.
   * When it settles, the agent is on the disk, as a power failure leaves it.
   *
   * @throws ArchiveRefusedError, AgentPackageError, PlatformPackageError, NpmFailedError, IdentityExistsError,
   *   IdentityOfServiceError, InvalidValueError, what `beforeReplace` and `admission` throw
   */
  async install(request: InstallRequest): Promise<InstalledAgent> {
    await this.#checkEarly(request);
    await mkdir(agentsFolder(this.#home), { recursive: true });
    const staging = await mkdtemp(join(agentsFolder(this.#home), STAGING));
    try {
      const staged = await this.#stage(staging, request.archive);
      return await this.#turns.take(() => this.#commit(staging, staged, request));
    } finally {
      await rm(staging, { recursive: true, force: true, maxRetries: 3 });
    }
  }

  /** Takes an agent out of the home; its process must have ended. Throws AgentInvalidError, AgentUnknownError. */
  async remove(uuid: string): Promise<void> {
    await this.#turns.take(() => removeAgent(this.#home, uuid));
  }

  /** Spares unpacking for a name that is given anyway. */
  async #checkEarly({ identity, force }: InstallRequest): Promise<void> {
    if (identity === undefined || force) return;
    const agents = await installedAgents(this.#home);
    if (agents.some((agent) => agent.identity === identity)) throw new IdentityExistsError(identity);
  }

  async #stage(staging: string, archive: string): Promise<Staged> {
    const unpacked = join(staging, 'package');
    await mkdir(unpacked);
    const files = await unpackArchive(archive, unpacked, this.#limits);
    const described = readAgentPackage(archive, await readManifest(archive, unpacked));
    const uuid = randomUUID();
    const folder = join(staging, uuid);
    const paths = agentPaths({ folder, name: described.name });
    await mkdir(folder, { mode: 0o755 });
    await rename(unpacked, paths.package);
    // Keys and configuration come from the home, never with the code.
    for (const own of [paths.info, paths.data]) {
      await rm(own, { recursive: true, force: true });
      await mkdir(own);
    }
    await writeFileAtomic(paths.record, formatRecord(files), { mode: 0o644 });
    await provideDependencies(paths.package, described);
    await checkAgent(archive, paths.package, described.entry);
    return { folder, uuid, package: described };
  }

  async #commit(staging: string, staged: Staged, request: InstallRequest): Promise<InstalledAgent> {
    const { folder, uuid } = staged;
    const agents = await installedAgents(this.#home);
    const taken = new Set(agents.map((agent) => agent.identity));
    const identity = chooseIdentity(request.identity, staged.package, taken, request.force);
    const old = agents.find((agent) => agent.identity === identity);
    const next = { folder, name: staged.package.name };
    if (old !== undefined) {
      await request.beforeReplace?.(old);
      await carryOver(old, next);
      await writeFileAtomic(join(folder, REPLACES), old.uuid);
    }
    const paths = agentPaths(next);
    await writeKeys(paths.keyStore, request.keys, old);
    await writeConfig(paths.config, request.config, old);
    await writeFileAtomic(join(folder, 'IDENTITY'), identity, { mode: 0o644 });
    const place = join(agentsFolder(this.#home), uuid);
    const installed = await readAgent(folder, uuid);
    if (installed === undefined) throw new AgentUnknownError(uuid);
    const agent = { ...installed, folder: place };
    await syncTree(folder);
    await this.#place(staging, staged, agent, old);
    if (old !== undefined) await this.#dropOld(staging, old, place);
    return agent;
  }

  /** The last step: admitted and in place, or neither; after a crash in between the sweep sees to that. */
  async #place(staging: string, staged: Staged, agent: InstalledAgent, old: InstalledAgent | undefined): Promise<void> {
    const admission = this.#admission;
    if (admission !== undefined) await writeFileAtomic(join(staging, ADMITTED), agent.uuid);
    await admission?.admit(agent, old, staged.package.capabilities);
    try {
      await rename(staged.folder, agent.folder);
    } catch (error) {
      await admission?.withdraw(agent, old);
      throw error;
    }
    await syncFolder(agentsFolder(this.#home));
  }

  /** The new agent is in place, and hides the old one already; what fails here is swept at the next start. */
  async #dropOld(staging: string, old: InstalledAgent, place: string): Promise<void> {
    try {
      await rename(old.folder, join(staging, old.uuid));
      await rm(join(place, REPLACES));
    } catch {
      // As said.
    }
  }
}

async function readManifest(archive: string, folder: string): Promise<unknown> {
  try {
    return await readJsonFile(join(folder, 'package.json'));
  } catch (error) {
    const why = error instanceof FileMissingError ? 'it has no package.json' : 'its package.json cannot be read';
    throw new AgentPackageError(archive, why, 'Make it with npm pack from an npm package.', error);
  }
}

/** Finds out whether the module loads and holds an agent, before anything depends on it. */
async function checkAgent(archive: string, root: string, entry: string): Promise<void> {
  const file = join(root, entry);
  await access(file).catch((error: unknown) => {
    throw new AgentPackageError(archive, `its entry "${entry}" does not exist`, 'Build it before it is packed.', error);
  });
  const program = fileURLToPath(workerUrl(import.meta.url, './check-agent'));
  const args = [...sourceConditions(process.execArgv), program, file];
  const { code, output } = await runProgram(process.execPath, args, { cwd: root, timeoutMs: CHECK_MS });
  if (code === 0) return;
  const why = code === null ? 'its module does not load in time' : output;
  throw new AgentPackageError(archive, why.replace(/\.$/, ''), 'Its default export must be what defineAgent answers.');
}

async function writeKeys(path: string, given: KeyPair | undefined, old: InstalledAgent | undefined): Promise<void> {
  const kept = given === undefined && old !== undefined && (await copied(agentPaths(old).keyStore, path));
  if (kept) {
    await chmod(path, 0o600);
  } else {
    const { publicKey, secret } = given ?? generateKeyPair();
    await writeJsonFile(path, { public: publicKey, secret: secret.reveal() }, { indent: 4, mode: 0o600 });
  }
  // Throws when it cannot be used.
  await openKeyStoreFile(path);
}

async function writeConfig(path: string, given: string | undefined, old: InstalledAgent | undefined): Promise<void> {
  if (given === undefined && old !== undefined && (await copied(agentPaths(old).config, path))) return;
  await writeFileAtomic(path, given ?? '{}', { mode: 0o600 });
}

/** False when there is nothing to copy. */
async function copied(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
