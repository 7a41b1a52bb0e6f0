import { startWebServer } from '../src/index.ts';
import type { WebOptions } from '../src/index.ts';

export async function example(collaborators: Omit<WebOptions, 'bindAddress' | 'discovery'>): Promise<void> {
  const web = await startWebServer({
    bindAddress: 'https://localhost:0',
    discovery: () => ({ 'instance-name': 'central', 'vip-address': 'tcp://192.0.2.5:22916', serverkey: 'Jfd…' }),
    ...collaborators, // certificate, privateKey, login, keyRequests, live, agents, clock, log, and the pages' directory
  });
  console.log(`Discovery: ${web.address}/discovery/`);
  await web.close();
}
