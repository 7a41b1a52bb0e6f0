import { readSigningRequest } from '@volttron-ts/pki';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Conversation, csrBody } from './support/conversation.ts';
import { goldenText } from './support/transcript.ts';

const S = 'volttron-server.volttron-client';
const FORWARDER = csrBody(`${S}.forwarder`);
const WRONG = csrBody('other-server.volttron-client.x');
/** No certificate is like another, and no token. */
const VARIES = /-----BEGIN CERTIFICATE-----[^"]*|eyJ[\w-]+\.[\w-]+\.[\w-]+/g;

const ends: (() => Promise<void>)[] = [];
let talk: Conversation;
let plain: Conversation;
const tokens: { access_token: string; refresh_token: string } = { access_token: '', refresh_token: '' };

/** On an instance that takes no certificate requests, as those of Python on ZeroMQ. */
async function withoutCertificates(): Promise<void> {
  await plain.replay('csr_zmq_not_registered.txt');
  const login = JSON.stringify({ username: 'admin', password: plain.sites.password });
  const { text } = await plain.replay('authenticate_ok.txt', { body: login });
  const { access_token: token } = JSON.parse(text) as { access_token: string };
  const ask = async (file: string, path?: string): Promise<void> => {
    await plain.replay(file, { token, ...(path === undefined ? {} : { path }) });
  };
  const keys = { approve: await plain.knock('a'), deny: await plain.knock('b'), delete: await plain.knock('c') };
  const more = { approve: await plain.knock('d'), deny: await plain.knock('e') };
  await plain.knock('f');
  await ask('admin_api_pending_csrs.txt');
  for (const [verb, id] of Object.entries(keys))
    await ask(`admin_api_${verb}_credential.txt`, `/admin/api/${verb}_credential/${id}`);
  for (const [verb, id] of Object.entries(more)) await ask(`admin_api_${verb}_csr.txt`, `/admin/api/${verb}_csr/${id}`);
  await ask('admin_api_pending_after.txt');
  for (const what of ['approve_unknown', 'delete_unknown', 'certs', 'unknown']) await ask(`admin_api_${what}.txt`);
  await plain.replay('admin_bad_token.txt');
  await plain.replay('admin_no_token.txt');
  for (const page of ['first', 'first_post', 'first_post_mismatch', 'index', 'list_certs_page', 'login_page']) {
    await ask(`admin_${page}.txt`);
  }
  for (const page of ['pending_page_after', 'pending_page_cookie']) await ask(`admin_${page}.txt`);
  for (const file of ['index', 'root', 'notfound', 'traversal']) await plain.replay(`${file}.txt`);
}

async function logins(): Promise<void> {
  const { password } = talk.sites;
  const { text } = await talk.replay('authenticate_ok.txt', { body: JSON.stringify({ username: 'admin', password }) });
  Object.assign(tokens, JSON.parse(text));
  await talk.replay('authenticate_form.txt', { body: `username=admin&password=${password}` });
  for (const what of [
    'bad_pw',
    'bad_user',
    'bad_json',
    'missing',
    'delete',
    'get',
    'no_users',
    'put_garbage',
    'put_no_bearer',
  ]) {
    await talk.replay(`authenticate_${what}.txt`, what === 'put_garbage' ? { token: 'abc' } : {});
  }
  await talk.replay('authenticate_put_access_token_instead.txt', { token: tokens.access_token });
  await talk.replay('authenticate_put_renew.txt', { token: tokens.refresh_token });
}

async function certificates(): Promise<void> {
  await talk.replay('csr_get.txt');
  for (const what of ['error_bad_pem', 'error_no_csr', 'error_not_json']) await talk.replay(`csr_${what}.txt`);
  await talk.replay('csr_error_wrong_instance.txt', { body: WRONG });
  await talk.replay('csr_pending.txt', { body: FORWARDER });
  await talk.replay('csr_pending_double_encoded_again.txt', { body: JSON.stringify(FORWARDER) });
  await talk.replay('csr_pending_no_content_type.txt', { body: FORWARDER });
  for (const who of ['appr', 'del', 'deny'])
    await talk.replay(`csr_pending_${who}.txt`, { body: csrBody(`${S}.${who}`) });
  const admin = async (what: string): Promise<void> => {
    await talk.replay(`csr_admin_${what}.txt`, { token: tokens.access_token });
  };
  for (const what of ['pending', 'approve', 'deny', 'delete', 'approve_credential_alias', 'certs', 'pending_page']) {
    await admin(what);
  }
  for (const what of ['approve_unknown', 'deny_unknown', 'delete_unknown']) await admin(what);
  await talk.replay('csr_after_approved.txt', { body: csrBody(`${S}.appr`) });
  await talk.replay('csr_after_denied.txt', { body: csrBody(`${S}.deny`) });
  await talk.replay('csr_after_deleted.txt', { body: csrBody(`${S}.del`) });
  await talk.operator.call('platform_web', 'auto_allow_csr', [true]);
  await talk.replay('csr_auto_first.txt', { body: csrBody(`${S}.auto`) });
  await talk.replay('csr_auto_again.txt', { body: csrBody(`${S}.auto`) });
  await talk.replay('csr_auto_previously_denied.txt', { body: csrBody(`${S}.deny`) });
  await talk.replay('csr_auto_wrong_instance.txt', { body: WRONG });
}

beforeAll(async () => {
  const onEnd = (end: () => Promise<void>): void => void ends.unshift(end);
  talk = await Conversation.open(true, onEnd);
  await logins();
  await certificates();
  plain = await Conversation.open(false, onEnd);
  await withoutCertificates();
});

afterAll(async () => {
  for (const end of ends) await end();
});

const heardOf = (file: string) => {
  const heard = talk.heard.get(file) ?? plain.heard.get(file);
  if (heard === undefined) throw new Error(`${file} was not replayed`);
  return heard;
};

describe('agrees with VOLTTRON', () => {
  it.each([
    ...['csr_pending', 'csr_pending_double_encoded_again', 'csr_pending_no_content_type', 'csr_pending_appr'],
    ...['csr_pending_del', 'csr_pending_deny', 'csr_admin_approve', 'csr_admin_approve_credential_alias'],
    ...['csr_admin_deny', 'csr_admin_delete', 'csr_after_approved', 'csr_after_denied', 'csr_after_deleted'],
    ...['csr_auto_first', 'csr_auto_again', 'authenticate_ok', 'authenticate_form', 'authenticate_bad_pw'],
    ...['authenticate_bad_user', 'authenticate_missing', 'authenticate_delete', 'authenticate_put_no_bearer'],
    ...['authenticate_put_renew', 'admin_api_approve_credential'],
    ...['admin_api_deny_credential', 'admin_api_delete_credential', 'admin_api_deny_csr', 'admin_api_certs'],
  ])('in http/%s.txt', (name) => {
    const { transcript, ours } = heardOf(`${name}.txt`);
    const { theirs } = transcript;
    expect([ours.status, ours.type]).toEqual([theirs.status, theirs.type]);
    const plainly = (text: string): unknown => {
      const fixed = text.replaceAll(VARIES, '*');
      return theirs.type === 'application/json' ? JSON.parse(fixed) : fixed;
    };
    expect(plainly(ours.text)).toEqual(plainly(theirs.text));
  });

  it.each(['csr_admin_pending', 'admin_api_pending_csrs', 'admin_api_pending_after'])(
    'on the members of the list in http/%s.txt',
    (name) => {
      const { transcript, ours } = heardOf(`${name}.txt`);
      expect(ours.status).toBe(transcript.theirs.status);
      const members = (text: string): string[][] => (JSON.parse(text) as object[]).map((one) => Object.keys(one));
      expect(new Set(members(ours.text).map(String))).toEqual(new Set(members(transcript.theirs.text).map(String)));
    },
  );

  it('on the requests in http/csr_admin_pending.txt', () => {
    const { transcript, ours } = heardOf('csr_admin_pending.txt');
    interface Pending {
      readonly identity: string;
      readonly csr: string;
      readonly status: string;
    }
    const requests = (text: string): string[] =>
      (JSON.parse(text) as Pending[])
        .filter(({ identity }) => identity.startsWith('volttron-server.'))
        .map(({ identity, csr, status }) => `${identity} ${readSigningRequest(csr).fingerprint} ${status}`);
    expect(requests(ours.text).length).toBeGreaterThan(3);
    expect(requests(transcript.theirs.text)).toEqual(expect.arrayContaining(requests(ours.text)));
  });

  it('on what tokens say: jwt_decoded_rs256.json', () => {
    const golden = JSON.parse(goldenText('jwt_decoded_rs256.json')) as Record<
      string,
      [object, Record<string, unknown>]
    >;
    for (const kind of ['access', 'refresh'] as const) {
      const parts = tokens[`${kind}_token`].split('.').slice(0, 2);
      const [header, claims] = parts.map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as object);
      const [theirHeader, theirs] = golden[kind]!;
      expect(header).toMatchObject(theirHeader);
      expect(Object.keys(claims!)).toEqual(expect.arrayContaining(Object.keys(theirs)));
      expect(claims).toMatchObject({ groups: theirs['groups'], grant_type: theirs['grant_type'] });
      const { exp, iat } = claims as { exp: number; iat: number };
      expect(exp - iat).toBe(Number(theirs['exp']) - Number(theirs['iat']));
    }
  });
});

/** A call of the recorded session with its result, or the name of its error. */
interface RecordedCall {
  readonly peer: string;
  readonly method: string;
  readonly params: readonly unknown[];
  readonly result: unknown;
}

function recordedCalls(): RecordedCall[] {
  const frames = (JSON.parse(goldenText('vip/session_csr_admin_rpcs.json')) as { frames: unknown[]; dir: string }[])
    .filter(({ dir }) => dir === 'in')
    .map(({ frames: all }) => all.filter((frame): frame is string => typeof frame === 'string'));
  const messages = frames.flatMap((all) => {
    const json = all.find((frame) => frame.startsWith('{"jsonrpc"'));
    return json === undefined ? [] : [{ peer: all[0] === '' ? '' : (all[1] ?? ''), all, rpc: JSON.parse(json) as Rpc }];
  });
  const results = new Map(messages.filter(({ rpc }) => 'result' in rpc).map(({ rpc }) => [rpc.id, rpc.result]));
  return messages.flatMap(({ all, rpc: { id, method, params = [] } }) => {
    if (method === undefined || !results.has(id)) return [];
    const peer = all.find((frame) => frame === 'platform.auth') ?? 'platform_web';
    return [{ peer, method, params, result: results.get(id) }];
  });
}

interface Rpc {
  readonly id: string;
  readonly method?: string;
  readonly params?: readonly unknown[];
  readonly result?: unknown;
}

describe('over RPC', () => {
  it('what the web service of VOLTTRON asks is answered alike, but for what is not there: vip/session_csr_admin_rpcs.json', async () => {
    const asked = recordedCalls().filter(({ method }) => /authorization|auto_allow/.test(method));
    expect(asked.length).toBeGreaterThan(10);
    await talk.operator.call('platform_web', 'auto_allow_csr', [false]);
    const ours: unknown[] = [];
    const theirs: unknown[] = [];
    for (const { peer, method, params, result } of asked) {
      const answer = await talk.operator.call(peer, method, params).catch(() => 'an error');
      const unknown = params[0] === 'nosuch' && /^(approve|deny|delete)_/.test(method);
      const plainly = (value: unknown): unknown =>
        typeof value === 'string'
          ? value.replaceAll(/-----BEGIN CERTIFICATE-----[^]*/g, '*')
          : Array.isArray(value)
            ? 'a list'
            : value;
      ours.push([method, params, plainly(answer)]);
      theirs.push([method, params, unknown ? 'an error' : plainly(result)]);
    }
    expect(ours).toEqual(theirs);
  });
});

/** Where ours differs: what it answers instead. */
const differs: readonly [because: string, status: number, says: RegExp, names: readonly string[]][] = [
  [
    'what is wrong with a request is said, where VOLTTRON fails with 500, says nothing, or signs for another instance',
    200,
    /^\{"status":"ERROR","message":"[^"]{20}/,
    [
      'csr_error_bad_pem',
      'csr_error_no_csr',
      'csr_error_not_json',
      'csr_error_wrong_instance',
      'csr_auto_wrong_instance',
    ],
  ],
  ['a denial is final until it is taken back', 200, /^\{"status":"DENIED"/, ['csr_auto_previously_denied']],
  ['a path that takes other methods says so', 405, /"code":"method-not-allowed"/, ['csr_get', 'authenticate_get']],
  [
    'why a token is refused is told',
    401,
    /^The refresh token is not valid: /,
    ['authenticate_put_access_token_instead'],
  ],
  [
    'what is not there is not found, told as a problem',
    404,
    /"code":"not-found"/,
    ['csr_zmq_not_registered', 'notfound', 'admin_api_unknown'],
  ],
  [
    'what nobody asked for is not said to be approved, denied or deleted',
    404,
    /"code":"request-unknown"/,
    [
      'csr_admin_approve_unknown',
      'csr_admin_deny_unknown',
      'csr_admin_delete_unknown',
      'admin_api_approve_unknown',
      'admin_api_delete_unknown',
    ],
  ],
  [
    'the certificates are listed, where VOLTTRON fails',
    200,
    /^\[\{"common_name":"volttron-server/,
    ['csr_admin_certs'],
  ],
  ['a key is approved by either path', 200, /"status":"APPROVED"/, ['admin_api_approve_csr']],
  [
    'a token that is none is refused, where VOLTTRON fails',
    401,
    /token/,
    ['admin_bad_token', 'authenticate_put_garbage'],
  ],
  ['who has no token is told what is wanted', 401, /"code":"token-required"/, ['admin_no_token']],
  ['bad JSON is refused, where VOLTTRON fails', 400, /"code":"bad-request"/, ['authenticate_bad_json']],
  ['there is always a first user, whose password only the operator saw', 401, /^$/, ['authenticate_no_users']],
  [
    'one page is for all: the old ones lead there',
    302,
    /^$/,
    [
      'admin_first',
      'admin_index',
      'admin_list_certs_page',
      'admin_login_page',
      'admin_pending_page_after',
      'admin_pending_page_cookie',
      'csr_admin_pending_page',
    ],
  ],
  [
    'nobody makes himself the first user',
    409,
    /"code":"first-user-exists"/,
    ['admin_first_post', 'admin_first_post_mismatch'],
  ],
  ['the page is at the root', 200, /<!doctype html>/i, ['root', 'index']],
  ['what is not there is not found, whatever the path climbs', 404, /"code":"not-found"/, ['traversal']],
];

describe.each(differs)('%s:', (_, status, says, names) => {
  it.each(names.map((name) => [name]))('differs on purpose from http/%s.txt', (name) => {
    const { ours, transcript } = heardOf(`${name}.txt`);
    expect(ours).toMatchObject({ status, text: expect.stringMatching(says) as unknown });
    expect([ours.status, ours.text]).not.toEqual([transcript.theirs.status, transcript.theirs.text]);
  });
});
