import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../volttron-9.0.4');

/** Paths of all golden files below `volttron-9.0.4/`, sorted. */
export function goldenFiles(): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

export const goldenPath = (file: string): string => join(root, file);

export const readGolden = (file: string): string => readFileSync(goldenPath(file), 'utf8');

/** One message as the Python router received or sent it. */
export interface CapturedMessage {
  readonly direction: 'in' | 'out';
  /** The peer: the sender of what came in, the recipient of what went out. */
  readonly peer: string;
  /** Frames of the DEALER's view. */
  readonly frames: Uint8Array[];
}

interface Entry {
  readonly sock: string;
  readonly dir: string;
  readonly frames_b64: readonly string[] | null;
}

/** The messages of a captured scenario: without ZAP, without marks, without sends that failed. */
export function readScenario(file: string): CapturedMessage[] {
  const parsed = JSON.parse(readGolden(file)) as readonly Entry[] | { readonly frames: readonly Entry[] };
  const entries = 'frames' in parsed ? parsed.frames : parsed;
  return entries.flatMap(({ sock, dir, frames_b64: encoded }) => {
    if (sock !== 'router' || encoded === null || (dir !== 'in' && dir !== 'out')) return [];
    const [peer = Buffer.alloc(0), ...frames] = encoded.map((text) => Buffer.from(text, 'base64'));
    return [
      {
        direction: dir,
        peer: peer.toString('latin1'),
        frames: frames.map((frame) => new Uint8Array(frame)),
      },
    ];
  });
}
