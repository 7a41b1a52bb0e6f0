import type { Decision } from '../enrolment-request.ts';
import type { TrailCheck, TrailHead } from './audit-trail.ts';

/** Where a request stands (design §5). `approved` means decided, and in the hands of the CA; `issued` has its certificate. */
export type CertificateRequestStatus = 'pending' | 'approved' | 'issued' | 'denied' | 'canceled' | 'failed';

/** Where a certificate stands; `expired` is told from its dates. */
export type CertificateState = 'valid' | 'superseded' | 'revoked' | 'expired';

/** Another key that asked for the same name: told to who decides, no state of the request. */
export interface NameConflict {
  /** SHA-256 over the SubjectPublicKeyInfo, hexadecimal. */
  readonly fingerprint: string;
  readonly address: string;
  readonly attempts: number;
  /** ISO 8601. */
  readonly lastSeen: string;
}

/** The order at the CA, in Barbican's words (seeds/002). */
export interface OrderView {
  readonly id: string;
  readonly plugin: string;
  readonly status: 'PENDING' | 'ACTIVE' | 'ERROR';
  readonly subStatus: string | null;
  readonly subStatusMessage: string | null;
}

/** A request for a certificate of a remote instance's agent, and what became of it. */
export interface CertificateRequest {
  /** UUID. */
  readonly id: string;
  /** The common name, VOLTTRON's `user_id` on RabbitMQ: `<this instance>.<its instance>.<its identity>`. */
  readonly name: string;
  /** SHA-256 over the SubjectPublicKeyInfo, hexadecimal. */
  readonly fingerprint: string;
  /** PEM. */
  readonly csr: string;
  /** Where it came from. */
  readonly address: string;
  readonly status: CertificateRequestStatus;
  /** ISO 8601. */
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly attempts: number;
  readonly conflicts: readonly NameConflict[];
  readonly decision?: Decision & { readonly at: string };
  readonly order?: OrderView;
  readonly certificate?: IssuedCertificate;
  /** The request whose decision this one replaced. */
  readonly supersedes?: string;
  /** Why the decision has had no effect yet. */
  readonly problem?: string;
}

export interface IssuedCertificate {
  /** By which `container` reads it. */
  readonly container: string;
  readonly state: CertificateState;
  /** Hexadecimal. */
  readonly serialNumber: string;
  /** ISO 8601. */
  readonly notBefore: string;
  readonly notAfter: string;
  /** PEM. */
  readonly certificate: string;
  /** PEM; empty without any. */
  readonly intermediates: string;
}

/** A result by reference (Barbican's certificate container). */
export interface CertificateContainer {
  readonly id: string;
  readonly certificate: string;
  readonly intermediates: string;
  /** PEM, when the key was made here. */
  readonly privateKey?: string;
}

/** What a requester is told, by the key that it proved to have. */
export type RequestAnswer =
  | { readonly kind: 'pending'; readonly id: string; readonly conflict: boolean }
  | {
      readonly kind: 'approved';
      readonly id: string;
      readonly certificate: string;
      readonly intermediates: string;
      /** It was approved in this very call, by `autoApprove`. */
      readonly auto?: true;
    }
  | { readonly kind: 'denied'; readonly id: string; readonly why?: string };

/** What to order for an agent of this instance, with a key made here. */
export interface OwnOrder {
  readonly name: string;
  readonly profile: 'client' | 'server' | 'peer';
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly keyAlgorithm?: string;
}

export interface CertificateFilter {
  readonly status?: CertificateRequestStatus;
  readonly name?: string;
}

/** Requests for certificates: a request becomes a decision becomes an order becomes a certificate becomes access. */
export interface CertificateEnrolment {
  /**
   * Takes a request, or answers for one that is there: the same name and key get what was decided; another key for the
   * name waits as a conflict. A name that was removed, or whose request failed or was canceled, asks anew.
   *
   * @throws what `checkSigningRequest` of pki throws; NameRefusedError; TooManyRequestsWaitingError
   */
  submit(request: { readonly csr: string; readonly address: string }): Promise<RequestAnswer>;
  /** Approves every new request as it comes in (VOLTTRON's `auto_allow_csr`); in memory, off at the start. */
  autoApprove: boolean;
  /** The current requests, the latest first. */
  list(filter?: CertificateFilter): Promise<readonly CertificateRequest[]>;
  /** By id, or the current one of a name. */
  find(idOrName: string): Promise<CertificateRequest | undefined>;
  /**
   * Opens the order at the CA. Of a denied request it opens one that supersedes it; an approved one stays as it is.
   * Settles once the certificate is there or the CA wants time.
   *
   * @throws RequestUnknownError, RequestSupersededError, PluginMissingError
   */
  approve(idOrName: string, decision: Decision): Promise<CertificateRequest>;
  /** Refuses it for good; of an approved one it revokes the certificate, and cancels an order that is under way. */
  deny(idOrName: string, decision: Decision): Promise<CertificateRequest>;
  /** Takes it off the list, so that the name may ask anew; revokes and cancels as `deny` does. */
  remove(idOrName: string, decision: Decision): Promise<void>;
  /** The client no longer wants it: ends a waiting request, and cancels the order at the CA. */
  cancel(idOrName: string, decision: Decision): Promise<CertificateRequest>;
  /** Changes what the client wants (Barbican's modify): merged into the order's `orderMeta`, and told to the plugin. */
  modify(
    idOrName: string,
    orderMeta: Readonly<Record<string, unknown>>,
    decision: Decision,
  ): Promise<CertificateRequest>;
  /** An order of this instance's own, approved by who makes it; its container holds the private key. */
  order(order: OwnOrder, decision: Decision): Promise<CertificateRequest>;
  container(id: string): Promise<CertificateContainer | undefined>;
  /** The end of the audit trail, for an anchor elsewhere. */
  trailHead(): Promise<TrailHead>;
  /** Whether every event is there as it was written; with an anchor, also that nothing behind it was cut off. */
  verifyTrail(anchor?: TrailHead): Promise<TrailCheck>;
  on(event: 'change', listener: () => void): () => void;
  on(event: 'certificate-ready' | 'ca-unavailable', listener: (request: CertificateRequest) => void): () => void;
  close(): Promise<void>;
}
