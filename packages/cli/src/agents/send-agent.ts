import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
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
  const archive = new ArchiveReader(await open(request.file));
  const failed = Promise.withResolvers<never>();
  try {
    const send = platform.openChannel(services.control, CHANNEL, ([frame]) => {
      archive.answer(frame).then(send, failed.reject);
    });
    const { file, identity, config, force } = request;
    const args = [basename(file), CHANNEL, identity ?? null, null, null, force];
    const timeoutMs = Math.max(INSTALL_MS, context.global.timeoutMs);
    const given = config === undefined ? args : [...args, config];
    const installed = platform.call(services.control, 'install_agent', given, { timeoutMs });
    return asUuid(await Promise.race([installed, failed.promise]), 'the answer of control');
  } finally {
    await archive.close();
  }
}

const asOrder = checker(
  t.Union([t.Tuple([t.Literal('fetch'), t.Integer({ minimum: 1 })]), t.Tuple([t.Literal('checksum')])]),
);

/** Answers what `control` asks for in the channel. */
class ArchiveReader {
  readonly #file: FileHandle;
  readonly #digest = createHash('sha512');

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async answer(frame: Uint8Array | undefined): Promise<Uint8Array> {
    const order = asOrder(parseLooseJson(frame === undefined ? '' : decodeText(frame)), 'the order of control');
    if (order[0] === 'checksum') return this.#digest.copy().digest();
    const buffer = new Uint8Array(Math.min(order[1], MAX_CHUNK));
    const { bytesRead } = await this.#file.read(buffer);
    if (bytesRead === 0) return encodeText('complete');
    const chunk = buffer.subarray(0, bytesRead);
    this.#digest.update(chunk);
    return chunk;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
