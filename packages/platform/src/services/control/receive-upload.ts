import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Channel } from '@volttron-ts/agent';
import { encodeText, equalsAscii, TimeoutError } from '@volttron-ts/vip-core';
import type { Clock } from '@volttron-ts/vip-core';
import { UploadError } from '../../errors.ts';

/** The most that is asked for at once (reference/vip-zmq.md §2.13). */
const CHUNK_BYTES = 1_000_000;
/** How long the other side may take for each answer, ms. */
const STEP_MS = 30_000;

export interface UploadOptions {
  readonly clock: Clock;
  /** The file to write, which is not there yet. */
  readonly path: string;
  readonly maxBytes: number;
}

/**
 * Fetches a file over a channel: `["fetch", n]` is answered by a chunk or `complete`, and after each chunk
 * `["checksum"]` by the SHA-512 of all so far. Throws UploadError, TimeoutError, ChannelBrokenError.
 */
export async function receiveUpload(channel: Channel, { clock, path, maxBytes }: UploadOptions): Promise<void> {
  const ask = asker(channel, clock);
  const file = await open(path, 'wx', 0o600);
  const sum = createHash('sha512');
  try {
    for (let bytes = 0; ;) {
      const chunk = await ask('fetch', CHUNK_BYTES);
      if (equalsAscii(chunk, 'complete')) {
        if (bytes === 0) throw new UploadError('it is empty');
        return;
      }
      bytes += chunk.length;
      if (chunk.length === 0 || chunk.length > CHUNK_BYTES) throw new UploadError(`a chunk has ${chunk.length} bytes`);
      if (bytes > maxBytes) throw new UploadError(`it has more than ${maxBytes} bytes`);
      await file.writeFile(chunk);
      sum.update(chunk);
      const theirs = await ask('checksum');
      if (!sum.copy().digest().equals(theirs)) throw new UploadError('its checksum does not match');
    }
  } finally {
    await file.close();
  }
}

type Ask = (...request: readonly unknown[]) => Promise<Uint8Array>;

/** Sends a request, and takes the next message as its answer. */
function asker(channel: Channel, clock: Clock): Ask {
  const answers = channel[Symbol.asyncIterator]();
  return async (...request) => {
    const late = Promise.withResolvers<never>();
    const cancel = clock.after(STEP_MS, () => {
      late.reject(new TimeoutError(`${String(request[0])} over channel "${channel.name}"`, STEP_MS));
    });
    try {
      await Promise.race([channel.send(encodeText(JSON.stringify(request))), late.promise]);
      const next: IteratorResult<readonly Uint8Array[], unknown> = await Promise.race([answers.next(), late.promise]);
      if (next.done === true) throw new UploadError('the channel was closed');
      return Buffer.concat(next.value);
    } finally {
      cancel();
    }
  };
}
