import { CertificateUntrustedError } from '../errors.ts';
import type { ChainProblem } from '../errors.ts';
import type { RevocationList } from '../revocation/revocation-list.ts';
import type { Certificate } from './certificate.ts';
import { linkCodes, linkProblems } from './chain-rules.ts';
import type { ChainPurpose } from './chain-rules.ts';
import { ChainSearch, isSelfIssued } from './chain-search.ts';
import type { Path } from './chain-search.ts';

export interface ChainCheck {
  /** Trusted, whoever signed them. */
  readonly roots: readonly Certificate[];
  /** What may help to reach a root, in any order. */
  readonly intermediates?: readonly Certificate[];
  readonly time: Date;
  /** A TLS server, a TLS client, or whatever. */
  readonly purpose: ChainPurpose;
  /** The DNS name or IP address by which the server was reached. */
  readonly name?: string;
  /** When given, a certificate about which no list of its issuer speaks is not trusted. */
  readonly revocationLists?: readonly RevocationList[];
}

/** The codes of what can be wrong with a chain. */
export const chainCodes: readonly string[] = [...linkCodes, 'issuer-unknown', 'root-untrusted', 'search-limit'];

/**
 * Checks that a trusted root stands behind a certificate (RFC 5280 §6, without policies).
 *
 * @returns the chain, the leaf first and the root last
 * @throws CertificateUntrustedError with all problems of the chain that has the fewest
 */
export function verifyChain(leaf: Certificate, check: ChainCheck): readonly Certificate[] {
  const { roots, intermediates = [] } = check;
  const search = new ChainSearch({ roots, intermediates });
  let best: Judged | undefined;
  for (const path of search.paths(leaf)) {
    const judged = { path, problems: problemsOf(path, check, search) };
    if (judged.problems.length === 0) return path.certificates;
    if (best === undefined || isBetter(judged, best)) best = judged;
  }
  const limit = search.isExhausted ? [problem(leaf, 0, 'search-limit', 'too many chains lead nowhere from it')] : [];
  throw new CertificateUntrustedError(labelOf(leaf), [...(best?.problems ?? []), ...limit]);
}

interface Judged {
  readonly path: Path;
  readonly problems: readonly ChainProblem[];
}

/** What reaches a root tells more than what does not. */
function isBetter(left: Judged, right: Judged): boolean {
  const [isLeft, isRight] = [left.path.end === 'root', right.path.end === 'root'];
  if (isLeft !== isRight) return isLeft;
  return left.problems.length < right.problems.length;
}

function problemsOf({ certificates: chain, end }: Path, check: ChainCheck, search: ChainSearch): ChainProblem[] {
  const { time, purpose, name, revocationLists } = check;
  const found = chain.flatMap((certificate, depth) =>
    linkProblems({ certificate, depth, chain, search, time, purpose, name, revocationLists }).map(({ code, message }) =>
      problem(certificate, depth, code, message),
    ),
  );
  const [last] = chain.slice(-1);
  return end === 'root' || last === undefined ? found : [...found, endProblem(last, chain.length - 1, end)];
}

function endProblem(last: Certificate, depth: number, end: 'no-issuer' | 'too-long'): ChainProblem {
  if (end === 'too-long') return problem(last, depth, 'search-limit', 'too many authorities stand below it');
  return isSelfIssued(last)
    ? problem(last, depth, 'root-untrusted', 'it names itself as issuer and is not among the trusted roots')
    : problem(last, depth, 'issuer-unknown', 'no certificate of its issuer is there');
}

const problem = (certificate: Certificate, depth: number, code: string, message: string): ChainProblem => ({
  code,
  message,
  depth,
  subject: labelOf(certificate),
});

/** What people know a certificate by. */
function labelOf({ subject, serialNumber }: Certificate): string {
  return subject.commonName || (subject.organizationalUnit ?? subject.organization ?? `serial number ${serialNumber}`);
}
