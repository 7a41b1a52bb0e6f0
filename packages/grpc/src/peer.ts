import { createHash } from 'node:crypto';
import type { PeerCertificate } from 'node:tls';

/** Who calls: its address, and the certificate that it proved to have. */
export interface Peer {
  /** IP address without a port. */
  readonly address: string;
  /** SHA-256 of its certificate, lower case hex; undefined on an insecure channel. */
  readonly fingerprint: string | undefined;
  /** Common name of its certificate. */
  readonly name: string | undefined;
}

interface Call {
  getPeer(): string;
  getAuthContext(): { readonly sslPeerCertificate?: PeerCertificate };
}

/** The caller of a call. The text of gRPC is `1.2.3.4:5`, `[::1]:5`, or with `ipv4:` and `ipv6:` in front. */
export function peerOf(call: Call): Peer {
  const { sslPeerCertificate: certificate } = call.getAuthContext();
  const isThere = certificate?.raw !== undefined;
  return {
    address: addressOf(call.getPeer()),
    fingerprint: isThere ? createHash('sha256').update(certificate.raw).digest('hex') : undefined,
    name: isThere ? commonName(certificate) : undefined,
  };
}

export function addressOf(peer: string): string {
  const text = peer.replace(/^ipv[46]:/, '').replace(/:\d+$/, '');
  return text.replace(/^\[(.*)\]$/, '$1').replace(/^::ffff:/, '');
}

function commonName({ subject }: PeerCertificate): string | undefined {
  const given: unknown = subject.CN;
  return typeof given === 'string' ? given : undefined;
}
