import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { acme } from '../src/index.ts';
import { describeCertificatePlugin } from '../src/testing/index.ts';
import { freePort, patientPort, Pebble } from './pebble.ts';

describeCertificatePlugin(
  'acme',
  async (home) => {
    const httpPort = await freePort();
    const door = await patientPort(httpPort);
    const pebble = await Pebble.start({ httpPort: door.port });
    await writeFile(join(home, 'web-root.pem'), pebble.webRoot, { mode: 0o600 });
    return {
      definition: acme,
      config: {
        ...{ directory: pebble.directoryUrl, 'ca-certificate': 'web-root.pem' },
        ...{ 'terms-of-service-agreed': true, 'http-port': httpPort },
      },
      roots: () => pebble.root(),
      asked: () => pebble.orders(),
      stop: () => pebble.shut(),
      start: () => pebble.reopen(),
      names: (n) => ({ subject: { commonName: `meter${n}.plant.example` }, dnsNames: [`meter${n}.plant.example`] }),
      async close() {
        await pebble.close();
        await door.close();
      },
    };
  },
  { features: ['unavailable'] },
);
