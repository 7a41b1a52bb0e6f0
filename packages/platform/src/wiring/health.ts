import { services } from '@volttron-ts/vip-core';
import { defineHealthService } from '../services/health-service.ts';
import { PlatformHealth } from '../services/health/platform-health.ts';
import type { ServiceKit } from './kit.ts';

/** `platform.health`. */
export function startHealth(kit: ServiceKit): void {
  kit.startService(services.health, defineHealthService(new PlatformHealth(kit.clock)));
}
