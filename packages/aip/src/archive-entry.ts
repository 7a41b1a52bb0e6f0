/** Bounds of what an archive may unpack to. */
export interface ArchiveLimits {
  readonly bytes: number;
  readonly entries: number;
}

interface Entry {
  readonly path: string;
  readonly type: string;
  readonly size: number;
}

const TYPES: ReadonlySet<string> = new Set(['File', 'OldFile', 'Directory']);

/** Judges the entries of one archive one after another: npm's form is plain files below a single folder. */
export class ArchiveCheck {
  readonly #limits: ArchiveLimits;
  #bytes = 0;
  #entries = 0;
  #top: string | undefined;

  constructor(limits: ArchiveLimits) {
    this.#limits = limits;
  }

  /** Why the archive is to be refused; undefined when this entry is in order. */
  problem({ path, type, size }: Entry): string | undefined {
    const shown = JSON.stringify(path.slice(0, 200));
    this.#entries += 1;
    this.#bytes += size;
    if (this.#entries > this.#limits.entries) return `it has more than ${this.#limits.entries} entries`;
    if (this.#bytes > this.#limits.bytes) return `it unpacks to more than ${this.#limits.bytes} bytes`;
    if (!TYPES.has(type)) return `its entry ${shown} is a ${type}`;
    if (isOutside(path)) return `its entry ${shown} reaches outside of it`;
    const [top = '', ...rest] = path.replace(/\/$/, '').split('/');
    this.#top ??= top;
    if (top !== this.#top || (rest.length === 0 && type !== 'Directory'))
      return `its entry ${shown} is not below the folder ${JSON.stringify(this.#top)}`;
    return undefined;
  }
}

function isOutside(path: string): boolean {
  return path === '' || path.startsWith('/') || /[\\\0]/.test(path) || path.split('/').includes('..');
}
