import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { t } from '@volttron-ts/agent';
import type { Channel } from '@volttron-ts/agent';
import type { AgentInstaller, InstalledAgent } from '@volttron-ts/aip';
import { publicKeyOf, Secret } from '@volttron-ts/auth';
import type { KeyPair } from '@volttron-ts/auth';
import { decodeKey, encodeKey, InvalidValueError } from '@volttron-ts/vip-core';
import type { Clock, Logger } from '@volttron-ts/vip-core';
import type { AgentRuns } from './agent-runs.ts';
import { inOriginalWords, MANAGE, method, textOrNull } from './control-methods.ts';
import type { Methods } from './control-methods.ts';
import { receiveUpload } from './receive-upload.ts';

/** The largest archive that is received. */
const MAX_BYTES = 256_000_000;

export interface InstallContext {
  readonly runs: AgentRuns;
  readonly installer: AgentInstaller;
  readonly agentStop: (identity: string) => void;
}

/** `install_agent` (reference/vip-zmq.md §2.13): the caller sends the archive over a channel that it has opened. */
export function installMethods(context: InstallContext): Methods {
  return {
    install_agent: method({
      requires: MANAGE,
      params: t.Tuple([
        t.String({ title: 'filename' }),
        t.String({ title: 'channel_name' }),
        textOrNull('vip_identity'),
        textOrNull('publickey'),
        textOrNull('secretkey'),
        t.Boolean({ title: 'force', default: false }),
        // Ours: the text of its configuration file, which the original has in the archive.
        textOrNull('config'),
      ]),
      call: async ([filename, name, identity, publickey, secretkey, force, config], { caller, vip, clock, log }) => {
        const keys = keysOf(publickey, secretkey);
        const wish: Wish = { identity: identity ?? undefined, keys, config: config ?? undefined, force };
        const channel = vip.channel.create(caller.peer, name);
        const work = received(channel, filename, clock, async (archive) => install(context, archive, wish, log));
        return (await inOriginalWords(work)).uuid;
      },
    }),
  };
}

/** Works with a file that is sent over a channel; both are gone afterwards. */
async function received<T>(
  channel: Channel,
  filename: string,
  clock: Clock,
  work: (archive: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'volttron-install-'));
  try {
    // Errors name the file as its sender knows it.
    const path = join(folder, basename(filename).replace(/^\.+|\p{Cc}/gu, '') || 'agent.tgz');
    await receiveUpload(channel, { clock, path, maxBytes: MAX_BYTES });
    return await work(path);
  } finally {
    channel.close();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Wish {
  readonly identity: string | undefined;
  readonly keys: KeyPair | undefined;
  /** Text of the configuration file. */
  readonly config: string | undefined;
  readonly force: boolean;
}

/** One that takes another's place leaves it stopped; when it cannot, the other one runs on if it ran. */
async function install(context: InstallContext, archive: string, wish: Wish, log: Logger): Promise<InstalledAgent> {
  const { runs, installer, agentStop } = context;
  let stopped: InstalledAgent | undefined;
  try {
    const installed = await installer.install({
      archive,
      ...wish,
      beforeReplace: async (old) => {
        if (runs.running().some(({ uuid }) => uuid === old.uuid)) stopped = old;
        await runs.stop(old.uuid);
        agentStop(old.identity);
      },
    });
    await runs.clear(false);
    return installed;
  } catch (error) {
    if (stopped !== undefined) await startAgain(runs, stopped, log);
    throw error;
  }
}

/** What its caller is told is why nothing was installed. */
async function startAgain(runs: AgentRuns, agent: InstalledAgent, log: Logger): Promise<void> {
  try {
    await runs.start(agent);
  } catch (error) {
    log.error('an agent that was to be replaced could not be started again', {
      identity: agent.identity,
      reason: String(error),
    });
  }
}

/** The pair that the caller gives, both halves or none. Throws InvalidValueError. */
function keysOf(publickey: string | null, secretkey: string | null): KeyPair | undefined {
  if (publickey === null && secretkey === null) return undefined;
  const secret = new Secret(secretkey ?? '');
  if (publickey !== null && secretkey !== null) {
    const publicKey = encodeKey(decodeKey(publickey));
    if (publicKeyOf(secret) === publicKey) return { publicKey, secret };
  }
  const problem = 'publickey and secretkey are not the two halves of one pair.';
  throw new InvalidValueError('publickey', publickey, problem, 'Give both from one key pair, or neither.');
}
