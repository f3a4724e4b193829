import type { Logger } from 'pino'
import type { AttachmentFiles } from './attachments/attachment-files.ts'
import type { AuditTrail } from './audit/audit-trail.ts'
import { findActOf } from './audit/find-act.ts'
import type { Membership } from './auth/choose-membership.ts'
import type { SignIn } from './auth/sign-in.ts'
import type { Viewer, ViewerDirectory } from './auth/viewer.ts'
import type { Semaphore } from './concurrency/semaphore.ts'
import type { Hold } from './concurrency/shared.ts'
import type { FindAct } from './database/acting.ts'
import type { Database, TenantDatabase } from './database/database.ts'
import type { Mailer } from './email/mailer.ts'
import type { CompanyKeys } from './encryption/company-keys.ts'
import type { DeploymentKey } from './encryption/deployment-key.ts'
import type { Keyring } from './encryption/keyring.ts'
import { PermissionDeniedError } from './errors.ts'
import type { Batch } from './events/event-row.ts'
import type { LiveHub } from './events/hub.ts'
import type { ExportFiles } from './exports/export-files.ts'
import type { RequestOrigin } from './http/request-origin.ts'
import type { OpenCounts } from './limits/open-counts.ts'
import type { Accepted, RateLimiter } from './limits/rate-limiter.ts'
import type { Sightings } from './limits/sightings.ts'
import type { Work } from './limits/work.ts'
import { createLoaders, type Loaders } from './loaders.ts'
import type { Permission } from './members/permissions.ts'
import type { SendQueue } from './messages/send-queue.ts'
import type { Policy } from './policy/policy.ts'
import type { Device } from './presence/device.ts'
import type { Presence } from './presence/presence.ts'
import type { PushService } from './push/push-service.ts'
import type { SmsService } from './sms/sms-service.ts'
import type { Traces } from './traces/traces.ts'
import type { Typing } from './typing/typing.ts'

/** The services of the process that operations use. */
export interface Services {
  database: Database
  keyring: Keyring
  audit: AuditTrail
  limiter: RateLimiter
  /** Counts how often the same body was sent lately. */
  sightings: Sightings
  /** Maximum number of messages per second of one person, whatever the company's limits are. */
  sendLimitCeiling: number
  live: LiveHub
  /** The operator's policy. Undefined if there is none. */
  policy: Policy | undefined
  /** Collects the messages that are sent concurrently. */
  sends: SendQueue
  presence: Presence
  typing: Typing
  /** Counts the open subscriptions of each person in this process. */
  subscriptions: OpenCounts
  /** The people with subscriptions in this process. */
  subscribedViewers: SubscribedViewers
  /** Limits how many subscriptions catch up concurrently. */
  catchUps: Semaphore
  /** Limits the work that each person causes in this process. */
  work: Work
  viewers: ViewerDirectory
  signIn: SignIn
  mailer: Mailer
  sms: SmsService
  /** The key of what belongs to no company, or is looked up before the company is known. */
  deploymentKey: DeploymentKey
  /** Undefined where web push is off. */
  push: PushService | undefined
  /** Days that messages are kept where a company has set nothing; 0 without a limit. */
  retentionDaysDefault: number
  /** The private folder of exported files. */
  exportFiles: ExportFiles
  /** Files in messages. */
  attachments: AttachmentFiles
  /** The beginning of links in e-mails, such as https://chat.example.com. */
  publicUrl: string
  /** The companies that the operator watches by name, by UUID, with their labels. */
  measuredCompanies: ReadonlyMap<string, string>
  /** Undefined where no exporter of traces is configured. */
  traces: Traces | undefined
  log: Logger
}

/** The context of an operation: the viewer, and the database as the viewer may see it. */
export interface Context {
  viewer: Viewer
  tenant: TenantDatabase
  loaders: Loaders
  services: Services
  /** Returns the company's keys. */
  keys(): Promise<CompanyKeys>
  /** The same without a wait; undefined while they are not loaded. */
  loadedKeys(): CompanyKeys | undefined
  /** Set where the company is to be chosen first: the memberships to choose from. Of the rest only `services` is set then. */
  choices?: readonly Membership[] | undefined
  /** Returns the device that the operation comes from. */
  device(): Device
  /** Returns the client that the operation comes from, and the id of its request. Undefined for jobs. */
  origin(): RequestOrigin | undefined
  /** Tells the database by which request a statement acts; `tenant` is bound to it. */
  findAct: FindAct
  /** The Idempotency-Key header. */
  idempotencyKey: string | undefined
  /** Calls that the rate limits have accepted in advance, by mutation, for an operation with several mutations. */
  reserved?: Map<string, Accepted[]> | undefined
  /** The Last-Event-ID header: the cursor after which an event stream over HTTP resumes. */
  lastEventId: string | undefined
  /** The way in; undefined for jobs, the command line and events. */
  transport: 'http' | 'websocket' | undefined
  /** The company's position before anything else was read, if the operation selects a cursor. */
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
  enter(context: Context): Hold<SubscribedViewer>
}

/** Creates the context of one operation. */
export function createContext(
  services: Services,
  viewer: Viewer,
  request: Partial<Pick<Context, 'device' | 'origin' | 'idempotencyKey' | 'lastEventId' | 'transport'>> = {},
): Context {
  const { companyId, userId } = viewer
  const keys = () => services.keyring.forCompany(companyId)
  const origin = request.origin ?? noOrigin
  const { idempotencyKey } = request
  const findAct = findActOf({
    companyId,
    userId,
    origins: services.audit.origins,
    keys,
    origin,
    idempotencyKey,
  })
  const tenant = services.database.forTenant({ companyId, userId }, findAct, services.policy?.finding(userId))
  return {
    viewer,
    tenant,
    findAct,
    loaders: createLoaders(tenant, userId, services.presence),
    services,
    keys,
    loadedKeys: () => services.keyring.loaded(companyId),
    device: request.device ?? noDevice,
    origin,
    idempotencyKey,
    lastEventId: request.lastEventId,
    transport: request.transport,
    streamPosition: undefined,
  }
}

/**
 * Returns the same context with empty loaders, so that an event is delivered with current data, and cursors continue
 * from its position. A read for one of the coming messages is done for all of them.
 */
export function refreshContext(
  context: Context,
  streamPosition = context.streamPosition,
  messagesToCome: readonly string[] = [],
): Context {
  return { ...context, streamPosition, loaders: loadersOf(context, messagesToCome) }
}

/** Empties the loaders, so that a mutation's answer shows its own write. */
export function forgetReads(context: Context): void {
  context.loaders = loadersOf(context)
}

function loadersOf({ tenant, viewer, services }: Context, messagesToCome: readonly string[] = []): Loaders {
  return createLoaders(tenant, viewer.userId, services.presence, messagesToCome)
}

/** Jobs and the command line have no device. */
function noDevice(): Device {
  return { id: 'none', session: 'none' }
}

function noOrigin(): undefined {}

/** Throws PermissionDeniedError unless the viewer's role has the permission. */
export function requirePermission(context: Context, permission: Permission): void {
  if (!context.viewer.permissions.has(permission)) {
    throw new PermissionDeniedError(`Your role lacks the permission ${permission}.`, permission)
  }
}
