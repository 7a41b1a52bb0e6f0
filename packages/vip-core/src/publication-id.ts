/** The name of one publication: our publishers number their messages (design §4.5). */
export interface PublicationId {
  /** New and random each time a publisher starts. */
  readonly epoch: string;
  /** 1, 2, 3 … within the epoch. */
  readonly n: number;
}

const PATTERN = /^p\.([0-9a-z]{8,16})\.([1-9]\d{0,15})$/;

/** The message id of a numbered publication: `p.<epoch>.<n>`. */
export function formatPublicationId({ epoch, n }: PublicationId): string {
  return `p.${epoch}.${n}`;
}

/** Reads a message id; undefined when it is not one of our publishers'. */
export function parsePublicationId(id: string): PublicationId | undefined {
  if (!id.startsWith('p.')) return undefined;
  const [, epoch, n] = PATTERN.exec(id) ?? [];
  if (epoch === undefined || n === undefined || !Number.isSafeInteger(Number(n))) return undefined;
  return { epoch, n: Number(n) };
}
