import type { ViewerDirectory } from '../auth/viewer.ts'
import { startPeriodicTask } from '../concurrency/periodic-task.ts'
import { followKeyChanges } from '../encryption/key-changes.ts'
import type { Delivery } from './open-delivery.ts'
import type { Storage } from './open-storage.ts'
import type { Opening } from './opening.ts'

/** Maximum time after which a process learns that AWS KMS refuses to open secrets. */
const PROBE_KEYS_MS = 10_000
/** The channel of notifications about companies whose keys were rotated or destroyed. */
const KEYS_CHANGED = 'keys'

/** Drops the keys of companies when any process tells that they have changed. Returns the function that tells. */
export function followKeys(
  { environment, log, undo }: Opening,
  { database, keyring }: Storage,
  { notifications, live }: Delivery,
  viewers: ViewerDirectory,
): (companyId: string) => Promise<void> {
  const dropKeys = (companyId: string) => {
    keyring.forget(companyId)
    viewers.forget(companyId)
    live.check()
  }
  void notifications.subscribe(KEYS_CHANGED, dropKeys)
  const following = followKeyChanges({ database, log, onChange: dropKeys })
  undo.push(() => following.stop())
  if (environment.keys.kms) {
    const probing = startPeriodicTask(async () => keyring.probe(), { everyMs: PROBE_KEYS_MS })
    undo.push(() => probing.stop())
  }
  return (companyId) => notifications.publish(KEYS_CHANGED, companyId)
}
