import { fence, statement } from '../database/statement.ts'
import { auditColumns } from './audit-row.ts'
import { originColumns } from './origins.ts'

/** Which audit events a list wants. */
export interface AuditFilter {
  kinds: string[] | null
  actorId: string | null
  conversationId: string | null
  after: Date | null
  before: Date | null
}

const parameters = [
  'companyId',
  'kinds',
  'actorId',
  'conversationId',
  'after',
  'before',
  'below',
  'max',
] as const

/**
 * Events were recorded before the checkpoint that seals them was signed, so checkpoints bound the indexes of a time. An event
 * may be committed a while after its time, but no transaction takes a minute.
 */
const inTime = `(:after::timestamptz is null or e.at >= :after and e.index >= coalesce((
      select c.size from audit_checkpoints c where c.company_id = :companyId and c.signed_at < :after::timestamptz - interval '1 minute'
      order by c.signed_at desc limit 1
    ), 0))
    and (:before::timestamptz is null or e.at < :before and e.index < coalesce((
      select c.size from audit_checkpoints c where c.company_id = :companyId and c.signed_at > :before::timestamptz + interval '1 minute'
      order by c.signed_at limit 1
    ), 9223372036854775807))`

function eventsBelow<const Name extends string>(name: Name, wanted: string) {
  return statement({
    name,
    parameters,
    row: auditColumns,
    text: `select ${auditColumns.of('e')} from audit_events e
      where e.company_id = :companyId and ${wanted} and (:below::bigint is null or e.index < :below::bigint) and ${inTime}
      order by e.index desc limit :max`,
  })
}

const ofConversation = 'e.conversation_id = :conversationId'
const ofActor = 'e.actor_id = :actorId'
const ofKinds = '(:kinds::text[] is null or e.kind = any(:kinds))'

/** Audit events below an index, latest first, by what they are looked up by. */
export const eventsOfAll = eventsBelow(
  'audit_events_below',
  `:conversationId::uuid is null and :actorId::uuid is null and ${ofKinds}`,
)
export const eventsOfActor = eventsBelow(
  'audit_events_of_actor',
  `${ofActor} and (:conversationId::uuid is null or ${ofConversation}) and ${ofKinds}`,
)
export const eventsOfConversation = eventsBelow(
  'audit_events_of_conversation',
  `${ofConversation} and (:actorId::uuid is null or ${ofActor}) and ${ofKinds}`,
)

/** Audit events of rare kinds below an index, latest first: each kind is looked up by itself. */
export const eventsOfKinds = statement({
  name: 'audit_events_of_kinds',
  parameters,
  row: auditColumns,
  text: `select ${auditColumns.of('e')} from unnest(:kinds::text[]) k (kind) cross join lateral (
      select e.* from audit_events e
      where e.company_id = :companyId and e.kind = k.kind and e.kind <> 'message.created'
        and :conversationId::uuid is null and :actorId::uuid is null
        and (:below::bigint is null or e.index < :below::bigint) and ${inTime}
      order by e.index desc limit :max
    ) e order by e.index desc limit :max`,
})

/** Audit events by index. */
export const eventsByIndex = statement({
  name: 'audit_events_by_index',
  parameters: ['companyId', 'indexes'],
  row: auditColumns,
  text: `select ${auditColumns.of('e')} from unnest(:indexes::bigint[]) w (index) cross join lateral (
      select e.* from audit_events e where e.company_id = :companyId and e.index = w.index ${fence}
    ) e`,
})

/** Origins by their ids in hexadecimal. */
export const originsById = statement({
  name: 'audit_origins_by_id',
  parameters: ['companyId', 'ids'],
  row: originColumns,
  text: `select ${originColumns.of('o')} from unnest(:ids::text[]) w (id) cross join lateral (
      select o.* from audit_origins o where o.company_id = :companyId and o.id = decode(w.id, 'hex') ${fence}
    ) o`,
})
