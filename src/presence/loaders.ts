import DataLoader from 'dataloader'
import type { TenantDatabase } from '../database/database.ts'
import type { Presence } from './presence.ts'
import type { PresenceState } from './status.ts'

/** Batched reads of presence. */
export const presenceLoaders = {
  presence: ({ tenant, presence }: { tenant: TenantDatabase; presence: Pick<Presence, 'read'> }) =>
    new DataLoader<string, PresenceState>((ids) => presence.read(tenant.tenant.companyId, ids)),
}
