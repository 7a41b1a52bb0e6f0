/**
 * What no server of certificates in Node can do without: HTTPS, one signature checked and one made for each request. No
 * names, no checks, no store: the answer holds as many bytes as a certificate.
 */
import { createPublicKey, sign, verify } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { serve } from './serve.ts';

interface Config {
  readonly certificate: string;
  readonly privateKey: string;
  /** PEM of the CA's key. */
  readonly caKey: string;
}

const PAD = 'x'.repeat(700);

/** The to-be-signed part, the key and the signature of a PKCS#10 request in DER with lengths of one to three octets. */
function parts(der: Buffer): { tbs: Buffer; spki: Buffer; signature: Buffer } {
  const header = (at: number): { start: number; end: number } => {
    const first = der[at + 1]!;
    const octets = first < 0x80 ? 0 : first & 0x7f;
    const length = octets === 0 ? first : der.readUIntBE(at + 2, octets);
    const start = at + 2 + octets;
    return { start, end: start + length };
  };
  const tbs = header(header(0).start);
  const version = header(tbs.start);
  const name = header(version.end);
  const key = header(name.end);
  const bits = header(header(tbs.end).end);
  return {
    tbs: der.subarray(header(0).start, tbs.end),
    spki: der.subarray(name.end, key.end),
    signature: der.subarray(bits.start + 1, bits.end),
  };
}

await serve(async (given) => {
  const { certificate: cert, privateKey: key, caKey } = given as Config;
  const server = createServer({ cert, key }, (request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const { csr } = JSON.parse(body) as { csr: string };
      const der = Buffer.from(csr.replace(/-----[^-]+-----/g, ''), 'base64');
      const { tbs, spki, signature } = parts(der);
      const good = verify('sha256', tbs, createPublicKey({ key: spki, format: 'der', type: 'spki' }), signature);
      const answer = sign('sha256', tbs, caKey).toString('base64');
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ status: good ? 'SUCCESSFUL' : 'ERROR', cert: `${answer}${PAD}` }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { ready: { port: (server.address() as AddressInfo).port } };
});
