/** Our whole router as it was built, with CURVE and the rules of a home's auth file: `built-router.js HOME`. */
import { join } from 'node:path';
import process from 'node:process';
import { AuthFile, createAccessTable, createAuthenticator, KeyStore } from '@volttron-ts/auth';
import { ZmqListener } from '@volttron-ts/bus-zmq';
import { systemClock } from '@volttron-ts/connect/system-clock';
import { defaultPeerLimits, Router } from '@volttron-ts/router';
import { parseAddress } from '@volttron-ts/vip-core';

const home = process.argv[2];
const { publicKey, secret } = await new KeyStore(home).platform();
const { contents } = await AuthFile.open(join(home, 'auth.json'));
const quiet = () => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const router = new Router({ routingId: 'bench', log, limits: defaultPeerLimits, properties: () => ({}) });
await router.listen(
  new ZmqListener({
    addresses: [parseAddress('tcp://127.0.0.1:0')],
    keys: { publickey: publicKey, secretkey: secret.reveal() },
    authenticator: createAuthenticator(createAccessTable(contents), { log, onRefused: quiet }),
    clock: systemClock,
    log,
    queue: defaultPeerLimits.queue,
  }),
);
process.send({ addresses: router.addresses });
