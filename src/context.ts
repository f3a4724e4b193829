import type { Logger } from 'pino'
import type { Membership } from './auth/choose-membership.ts'
import type { SignIn } from './auth/sign-in.ts'
import type { Viewer, ViewerDirectory } from './auth/viewer.ts'
import type { Semaphore } from './concurrency/semaphore.ts'
import type { Database, TenantDatabase } from './database/database.ts'
import type { Mailer } from './email/mailer.ts'
import type { CompanyKeys } from './encryption/company-keys.ts'
import type { Keyring } from './encryption/keyring.ts'
import { PermissionDeniedError } from './errors.ts'
import type { Batch } from './events/event-row.ts'
import type { LiveHub } from './events/hub.ts'
import type { OpenCounts } from './limits/open-counts.ts'
import type { Accepted, RateLimiter } from './limits/rate-limiter.ts'
import type { Work } from './limits/work.ts'
import { createLoaders, type Loaders } from './loaders.ts'
import type { Permission } from './members/permissions.ts'
import type { SendQueue } from './messages/send-queue.ts'
import type { Device } from './presence/device.ts'
import type { Presence } from './presence/presence.ts'
import type { Typing } from './typing/typing.ts'

/** The services of the process that operations use. */
export interface Services {
  database: Database
  keyring: Keyring
  limiter: RateLimiter
  /** Messages a second that one person may send, whatever the company's own limits are. */
  sendLimitCeiling: number
  live: LiveHub
  /** Collects the messages that are sent concurrently. */
  sends: SendQueue
  presence: Presence
  typing: Typing
  /** The subscriptions that each person has open here. */
  subscriptions: OpenCounts
  /** The people behind them. */
  subscribedViewers: SubscribedViewers
  /** Which of the subscriptions that catch up are served just now. */
  catchUps: Semaphore
  /** Bounds what each person makes this process do. */
  work: Work
  viewers: ViewerDirectory
  signIn: SignIn
  mailer: Mailer
  /** Where links begin that leave the process, such as https://chat.example.com. */
  publicUrl: string
  log: Logger
}

/** A resolver and an operation receive this: the viewer, and the database as the viewer may see it. */
export interface Context {
  viewer: Viewer
  tenant: TenantDatabase
  loaders: Loaders
  services: Services
  /** The company's keys. */
  keys(): Promise<CompanyKeys>
  /** The same without a wait; undefined while they are not loaded. */
  loadedKeys(): CompanyKeys | undefined
  /** Set instead of all else but the parts where the company is to be chosen first: what there is to choose from. */
  choices?: readonly Membership[] | undefined
  /** Where the operation comes from. */
  device(): Device
  /** From the Idempotency-Key header. */
  idempotencyKey: string | undefined
  /** Calls that the rate limits have accepted already, by mutation, for an operation of several. */
  reserved?: Map<string, Accepted[]> | undefined
  /** From the Last-Event-ID header: the cursor where an event stream over HTTP goes on. */
  lastEventId: string | undefined
  /** The company's stream position from before anything else was read, where the operation asks for a cursor. */
  streamPosition: number | undefined
}

/** The viewer of all subscriptions of one person in this process. They share the reads of their events. */
export interface SubscribedViewer {
  readonly viewer: Viewer
  readonly services: Services
  /** False if access in the company may have changed since the viewer was found. */
  readonly isCurrent: boolean
  /** Finds the viewer again. False if the viewer may no longer read, or if that cannot be decided. */
  refresh(): Promise<boolean>
  /** Returns a context whose reads are all newer than the batch. */
  context(batch: Batch): Context
}

/** The people who have subscriptions in this process. */
export interface SubscribedViewers {
  /** Adds a subscription of a person. The person is dropped when the last one leaves. */
  enter(context: Context): { subscribed: SubscribedViewer; leave(): void }
}

/** Builds the context of one operation. */
export function createContext(
  services: Services,
  viewer: Viewer,
  request: Partial<Pick<Context, 'device' | 'idempotencyKey' | 'lastEventId'>> = {},
): Context {
  const { companyId, userId } = viewer
  const tenant = services.database.forTenant({ companyId, userId })
  return {
    viewer,
    tenant,
    loaders: createLoaders(tenant, userId, services.presence),
    services,
    keys: () => services.keyring.forCompany(companyId),
    loadedKeys: () => services.keyring.loaded(companyId),
    device: request.device ?? noDevice,
    idempotencyKey: request.idempotencyKey,
    lastEventId: request.lastEventId,
    streamPosition: undefined,
  }
}

/**
 * The same context with nothing remembered: an event is delivered as things are at that moment, and cursors given out
 * with it go on from its own position. A read for one of the messages to come is done for all of them.
 */
export function refreshContext(
  context: Context,
  streamPosition = context.streamPosition,
  messagesToCome: readonly string[] = [],
): Context {
  return { ...context, streamPosition, loaders: loadersOf(context, messagesToCome) }
}

/** Forgets what the operation has read: what a mutation answers is as of its own write. */
export function forgetReads(context: Context): void {
  context.loaders = loadersOf(context)
}

function loadersOf({ tenant, viewer, services }: Context, messagesToCome: readonly string[] = []): Loaders {
  return createLoaders(tenant, viewer.userId, services.presence, messagesToCome)
}

/** Jobs and the command line act from no device. */
function noDevice(): Device {
  return { id: 'none', session: 'none' }
}

/** Throws PermissionDeniedError unless the viewer's role has the permission. */
export function requirePermission(context: Context, permission: Permission): void {
  if (!context.viewer.permissions.has(permission)) {
    throw new PermissionDeniedError(`Your role lacks the permission ${permission}.`, permission)
  }
}
