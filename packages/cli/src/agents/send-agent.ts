import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Channel } from '@volttron-ts/agent';
import { checker, encodeText, parseLooseJson, decodeText, services, t } from '@volttron-ts/vip-core';
import type { CommandContext } from '../command-context.ts';

/** The name that `vctl` has always given this channel. */
const CHANNEL = 'agent_sender';
/** Of the whole transfer and of what the platform does then, in the original too. */
const INSTALL_MS = 300_000;
const MAX_CHUNK = 1_000_000;

export interface InstallRequest {
  /** The archive; it stays where it is. */
  readonly file: string;
  readonly identity: string | undefined;
  /** Text of the agent's configuration file. */
  readonly config: string | undefined;
  readonly force: boolean;
}

const asUuid = checker(t.String());

/** Sends an agent to the platform, which installs it (reference/vip-zmq.md §2.13); answers its UUID. */
export async function sendAgent(context: CommandContext, request: InstallRequest): Promise<string> {
  const platform = await context.platform();
  const { file, identity, config, force } = request;
  const archive = await open(file);
  const channel = platform.openChannel(services.control, CHANNEL);
  try {
    const sending = send(archive, channel);
    const args = [basename(file), CHANNEL, identity ?? null, null, null, force];
    const timeoutMs = Math.max(INSTALL_MS, context.global.timeoutMs);
    const given = config === undefined ? args : [...args, config];
    const installed = platform.call(services.control, 'install_agent', given, { timeoutMs });
    // Sending settles only when it fails.
    return asUuid(await Promise.race([installed, sending]), 'the answer of control');
  } finally {
    channel.close();
    await archive.close();
  }
}

const asOrder = checker(
  t.Union([t.Tuple([t.Literal('fetch'), t.Integer({ minimum: 1 })]), t.Tuple([t.Literal('checksum')])]),
);

/** Answers what `control` asks for, until the channel is closed, which is after the answer of the call. */
async function send(archive: FileHandle, channel: Channel): Promise<never> {
  const digest = createHash('sha512');
  for await (const [frame] of channel) {
    const order = asOrder(parseLooseJson(frame === undefined ? '' : decodeText(frame)), 'the order of control');
    if (order[0] === 'checksum') await channel.send(digest.copy().digest());
    else await channel.send(await nextChunk(archive, digest, order[1]));
  }
  return new Promise<never>(() => undefined);
}

async function nextChunk(archive: FileHandle, digest: Hash, size: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(Math.min(size, MAX_CHUNK));
  const { bytesRead } = await archive.read(buffer);
  if (bytesRead === 0) return encodeText('complete');
  const chunk = buffer.subarray(0, bytesRead);
  digest.update(chunk);
  return chunk;
}
