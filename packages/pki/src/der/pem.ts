/** PEM text of one block (RFC 7468). */
export function toPem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/** The content of each block with that label, in order; undefined for one that is no base64. Text around is passed over. */
export function pemBlocks(text: string, label: string): (Buffer | undefined)[] {
  const begin = `-----BEGIN ${label}-----`;
  return text
    .split(begin)
    .slice(1)
    .map((rest) => {
      const base64 = rest.slice(0, Math.max(0, rest.indexOf(`-----END ${label}-----`))).replace(/\s+/g, '');
      const isBase64 = base64 !== '' && base64.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(base64);
      return isBase64 ? Buffer.from(base64, 'base64') : undefined;
    });
}
