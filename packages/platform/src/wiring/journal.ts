import { join } from 'node:path';
import { JOURNAL_SUBSYSTEM, services } from '@volttron-ts/vip-core';
import { OriginOwners } from '../services/journal/origin-owners.ts';
import { JournalService } from '../services/journal-service.ts';
import { Republisher } from '../services/republisher.ts';
import type { ServiceKit } from './kit.ts';

/** `platform.journal`, and what it hands on of other platforms. */
export function startJournal(kit: ServiceKit): void {
  const { home, journal, authorizer, topics, clock } = kit;
  const log = kit.log(`volttron.${services.journal}`);
  const bus = kit.router.connect(services.journal);
  const origins = new OriginOwners(join(home, 'journal-origins.json'));
  const service = new JournalService({ bus, journal, authorizer, topics, origins, log });
  const { vip } = kit.startService(services.journal, service.agent, {
    bus,
    subsystems: { [JOURNAL_SUBSYSTEM]: service.take },
  });
  const republisher = new Republisher({ bus, delivered: () => vip.ping(''), journal, clock, log });
  republisher.start();
  kit.part('the republisher', async () => {
    republisher.stop();
    return Promise.resolve();
  });
}
