import {
  AuthFile,
  createAccessTable,
  createAuthenticator,
  ensureEntries,
  homeOf,
  KeyStore,
  openHome,
  platformEntry,
} from '@volttron-ts/auth';

const home = homeOf(process.env);
await openHome(home);
const control = await new KeyStore(home).agent('control');
const file = await AuthFile.open(`${home}/auth.json`);
await ensureEntries(file, [platformEntry('control', control.publicKey)]);
const authenticator = createAuthenticator(createAccessTable(file.contents));
file.onChange((contents) => {
  authenticator.update(createAccessTable(contents));
});
const peer = { credential: control.publicKey, domain: 'vip', address: '127.0.0.1', mechanism: 'CURVE' } as const;
console.log(authenticator.authenticate({ ...peer, identity: 'control' })); // { status: 200, user: 'control' }
