import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { Parser, Unpack } from 'tar';
import type { ReadEntry } from 'tar';
import { ArchiveCheck } from './archive-entry.ts';
import type { ArchiveLimits } from './archive-entry.ts';
import { ArchiveRefusedError } from './errors.ts';

/** So much compressed data is inflated in one go, which a bomb makes a thousandfold. */
const CHUNK = 8192;

/**
 * Unpacks an npm tarball, without its top folder, into an empty folder; answers the paths of its files. It is read twice:
 * when anything in it is a link or a device, leads outside or exceeds the limits, nothing at all is written.
 *
 * @throws ArchiveRefusedError
 */
export async function unpackArchive(archive: string, folder: string, limits: ArchiveLimits): Promise<string[]> {
  const looking = new Judge(archive, limits);
  await feed(archive, new Parser({ strict: true, filter: looking.look }), looking);
  if (looking.files.length === 0) throw new ArchiveRefusedError(archive, 'it holds no file');
  const taking = new Judge(archive, limits);
  const options = { cwd: folder, strip: 1, strict: true, preserveOwner: false, noMtime: true, chmod: true };
  await feed(archive, new Unpack({ ...options, processUmask: 0o022, filter: taking.take }), taking);
  return taking.files;
}

type Filtered = Parameters<NonNullable<ConstructorParameters<typeof Parser>[0]>['filter'] & object>[1];

/** The check as tar's `filter` asks for it, with what it found. */
class Judge {
  readonly files: string[] = [];
  problem: ArchiveRefusedError | undefined;
  readonly #archive: string;
  readonly #check: ArchiveCheck;

  constructor(archive: string, limits: ArchiveLimits) {
    this.#archive = archive;
    this.#check = new ArchiveCheck(limits);
  }

  /** Takes note and nothing else. */
  readonly look = (path: string, entry: Filtered): boolean => {
    this.take(path, entry);
    return false;
  };

  /** Files come with the modes npm gives them. */
  readonly take = (path: string, entry: Filtered): boolean => {
    const { type, size, mode = 0 } = entry as ReadEntry;
    const why = this.#check.problem({ path, type, size });
    if (why !== undefined) this.problem ??= new ArchiveRefusedError(this.#archive, why);
    if (this.problem !== undefined) return false;
    entry.mode = type === 'Directory' || (mode & 0o111) !== 0 ? 0o755 : 0o644;
    if (type !== 'Directory') this.files.push(path.slice(path.indexOf('/') + 1));
    return true;
  };
}

/** Reads the archive into a parser until it ends or the judge has found a problem. */
async function feed(archive: string, parser: Parser, judge: Judge): Promise<void> {
  // A parser may tell several errors; the first one counts.
  const failed = Promise.withResolvers<never>();
  parser.on('error', failed.reject);
  const closed = Promise.race([once(parser, 'close'), failed.promise]);
  closed.catch(() => undefined);
  try {
    for await (const chunk of createReadStream(archive, { highWaterMark: CHUNK })) {
      if (!parser.write(chunk as Buffer)) await Promise.race([once(parser, 'drain'), failed.promise]);
      if (judge.problem !== undefined) throw judge.problem;
    }
    parser.end();
    await closed;
  } catch (error) {
    if (error instanceof ArchiveRefusedError) throw error;
    throw new ArchiveRefusedError(archive, error instanceof Error ? error.message : String(error), error);
  }
  if (judge.problem !== undefined) throw judge.problem;
}
