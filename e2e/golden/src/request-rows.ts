import type { Assignment, TestName } from './assignment.ts';

const replay = (name: string): TestName => ({
  file: 'e2e/certificate-requests/test/golden-http.int.test.ts',
  name,
});
const agreed = replay('in http/%s.txt');
const listed = replay('on the members of the list in http/%s.txt');
const other = replay('differs on purpose from http/%s.txt');
const noHttp: TestName = {
  file: 'packages/web/src/web-address.unit.test.ts',
  name: 'refuses http and names the two options that https needs',
};

const http = (prefix: string, names: string): string[] =>
  names.split(' ').map((name) => `http/${prefix}${name}.txt`);
const differs = (because: string, ...files: readonly string[]): Assignment => ({
  kind: 'differs',
  because,
  files,
  by: [other],
});

/** Certificate requests, tokens and the administration of VOLTTRON over HTTP. */
export const requestRows: readonly Assignment[] = [
  {
    kind: 'replayed',
    by: [agreed],
    files: [
      ...http('csr_', 'pending pending_double_encoded_again pending_no_content_type pending_appr pending_del'),
      ...http('csr_', 'pending_deny admin_approve admin_approve_credential_alias admin_deny admin_delete'),
      ...http('csr_', 'after_approved after_denied after_deleted auto_first auto_again'),
      ...http('authenticate_', 'ok form bad_pw bad_user missing delete put_no_bearer put_renew'),
      ...http('admin_api_', 'approve_credential deny_credential delete_credential deny_csr certs'),
    ],
  },
  {
    kind: 'replayed',
    by: [listed, replay('on the requests in http/csr_admin_pending.txt')],
    files: ['http/csr_admin_pending.txt'],
  },
  { kind: 'replayed', by: [listed], files: http('admin_api_', 'pending_csrs pending_after') },
  { kind: 'replayed', by: [replay('on what tokens say: jwt_decoded_rs256.json')], files: ['jwt_decoded_rs256.json'] },
  {
    kind: 'differs',
    because: 'a decision about what is not there is an error instead of a success',
    by: [
      replay(
        'what the web service of VOLTTRON asks is answered alike, but for what is not there: vip/session_csr_admin_rpcs.json',
      ),
    ],
    files: ['vip/session_csr_admin_rpcs.json'],
  },
  differs(
    'what is wrong with a request is said, where VOLTTRON fails, says nothing, or signs for another instance',
    ...http('csr_', 'error_bad_pem error_no_csr error_not_json error_wrong_instance auto_wrong_instance'),
  ),
  differs('a denial is final until it is taken back', 'http/csr_auto_previously_denied.txt'),
  differs(
    'a path that takes other methods says which, as a problem document',
    ...['http/csr_get.txt', 'http/authenticate_get.txt'],
  ),
  differs(
    'what is not there is not found, as a problem document',
    ...['http/csr_zmq_not_registered.txt', 'http/notfound.txt', 'http/admin_api_unknown.txt', 'http/traversal.txt'],
  ),
  differs(
    'what nobody asked for is not said to be approved, denied or deleted',
    ...http('csr_admin_', 'approve_unknown deny_unknown delete_unknown'),
    ...http('admin_api_', 'approve_unknown delete_unknown'),
  ),
  differs('the certificates are listed, where VOLTTRON fails', 'http/csr_admin_certs.txt'),
  differs('a key is approved by either path, where VOLTTRON fails', 'http/admin_api_approve_csr.txt'),
  differs(
    'a token that is none is refused, with the reason',
    ...['http/admin_bad_token.txt', 'http/admin_no_token.txt', 'http/authenticate_put_garbage.txt'],
    'http/authenticate_put_access_token_instead.txt',
  ),
  differs('bad JSON is refused, where VOLTTRON fails', 'http/authenticate_bad_json.txt'),
  differs('there is always a first user, whose password only the operator saw', 'http/authenticate_no_users.txt'),
  differs('nobody makes himself the first user', ...http('admin_', 'first_post first_post_mismatch')),
  differs(
    'one page is for all, and the old ones lead there',
    ...http('admin_', 'first index list_certs_page login_page pending_page_after pending_page_cookie'),
    ...['http/csr_admin_pending_page.txt', 'http/root.txt', 'http/index.txt'],
  ),
  {
    kind: 'differs',
    because: 'nothing is served in the clear',
    by: [noHttp],
    files: http('http_', 'admin_api_pending_csrs admin_first_post admin_index authenticate_hs256'),
  },
];
