import type { AuthenticationDecision, AuthenticationRequest } from '@volttron-ts/vip-core';

/** A text as Python's repr shows it, so that no peer can forge a second line or a terminal's control sequence. */
function repr(text: string): string {
  const escaped = text.replace(/[\\']/g, '\\$&').replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.charCodeAt(0);
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
  return `'${escaped}'`;
}

/**
 * VOLTTRON's INFO line about a decision, as its documentation shows it. With `userid` it is the line of VOLTTRON 9,
 * which names the router's instance on success and the rejected request on failure.
 */
export function formatAuthentication(
  request: AuthenticationRequest,
  decision: AuthenticationDecision,
  userid?: string,
): string {
  const { domain, address, mechanism, credential } = request;
  const credentials = credential === undefined ? '' : repr(credential);
  const what = `domain=${repr(domain)}, address=${repr(address)}, mechanism=${repr(mechanism)}, credentials=[${credentials}]`;
  if (decision.status !== 200) {
    return `authentication failure: ${userid === undefined ? '' : `userid=${repr(userid)}, `}${what}`;
  }
  if (userid === undefined) return `authentication success: ${what}, user_id=${repr(decision.user)}`;
  return `authentication success: userid=b${repr(userid)} ${what}, user=${repr(decision.user)}`;
}
