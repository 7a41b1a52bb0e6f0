import type { Clock } from '@volttron-ts/vip-core';
import type { SendWindow } from './send-window.ts';

/** How long closing waits for confirms. */
const LINGER_MS = 5000;

/** Settles when everything that was sent is confirmed, or after a while. */
export async function emptied(window: SendWindow, clock: Clock): Promise<void> {
  const late = Promise.withResolvers<undefined>();
  const cancel = clock.after(LINGER_MS, () => {
    late.resolve(undefined);
  });
  await Promise.race([window.emptied(), late.promise]);
  cancel();
}
