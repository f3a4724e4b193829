import { attachmentLoaders } from './attachments/loaders.ts'
import { auditLoaders } from './audit/loaders.ts'
import { broadcastLoaders } from './broadcasts/loaders.ts'
import { conversationLoaders } from './conversations/loaders.ts'
import type { Reads } from './database/batched-reads.ts'
import type { TenantDatabase } from './database/database.ts'
import { exportLoaders } from './exports/loaders.ts'
import { guestLoaders } from './guests/loaders.ts'
import { holdLoaders } from './holds/loaders.ts'
import { memberLoaders } from './members/loaders.ts'
import { messageLoaders } from './messages/loaders.ts'
import { moderationLoaders } from './moderation/loaders.ts'
import { oversightLoaders } from './oversight/loaders.ts'
import { presenceLoaders } from './presence/loaders.ts'
import type { Presence } from './presence/presence.ts'
import { smsLoaders } from './sms/loaders.ts'
import { type Viewed, viewOf } from './visibility/views.ts'

/** The loaders of all features. */
const makers = {
  ...memberLoaders,
  ...conversationLoaders,
  ...messageLoaders,
  ...moderationLoaders,
  ...broadcastLoaders,
  ...oversightLoaders,
  ...exportLoaders,
  ...holdLoaders,
  ...attachmentLoaders,
  ...presenceLoaders,
  ...guestLoaders,
  ...smsLoaders,
  ...auditLoaders,
}

type LoadersOfView = { [Name in keyof typeof makers]: ReturnType<(typeof makers)[Name]> }

/** Batched reads of one query, mutation field or event. They return the data of its time. */
export interface Loaders extends LoadersOfView {
  /** The same as an auditor reads, apart from the viewer's own. The caller has checked the permission. */
  readonly audited: LoadersOfView
}

type AllReads = Reads & { readonly presence: Pick<Presence, 'read'> }

/** Loaders that replace the viewer's own, such as those that read for many viewers at once. */
export type SharedLoaders = { readonly [Name in keyof LoadersOfView]?: () => LoadersOfView[Name] }

/** Creates new loaders with the viewer's database. A read for one of the coming messages is done for all of them. */
export function createLoaders(
  tenant: TenantDatabase,
  viewerId: string,
  presence: Pick<Presence, 'read'>,
  messagesToCome: readonly string[] = [],
  shared: SharedLoaders = {},
): Loaders {
  // Its prototype has a getter for each loader.
  return new LazyLoaders(
    { tenant, viewerId, presence, messagesToCome, view: 'own' },
    shared,
  ) as unknown as Loaders
}

/** Returns the loaders of the view in which a row was read. */
export function loadersFor(loaders: Loaders, row: Viewed): LoadersOfView {
  return viewOf(row) === 'audited' ? loaders.audited : loaders
}

/** Most operations use one or two loaders, so each is created when it is first used. */
class LazyLoaders {
  readonly #reads: AllReads
  readonly #shared: SharedLoaders

  constructor(reads: AllReads, shared: SharedLoaders) {
    this.#reads = reads
    this.#shared = shared
  }

  get audited(): LazyLoaders {
    const value = new LazyLoaders({ ...this.#reads, messagesToCome: [], view: 'audited' }, {})
    Object.defineProperty(this, 'audited', { value })
    return value
  }

  make(name: keyof LoadersOfView): unknown {
    return this.#shared[name]?.() ?? makers[name](this.#reads)
  }
}

for (const name of Object.keys(makers) as (keyof LoadersOfView)[]) {
  Object.defineProperty(LazyLoaders.prototype, name, {
    get(this: LazyLoaders) {
      const value = this.make(name)
      Object.defineProperty(this, name, { value })
      return value
    },
  })
}
