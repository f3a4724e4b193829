import { statement } from '../database/statement.ts'
import { messageColumns } from './message-row.ts'

/** A range of a conversation's messages, whoever takes part in it. `where` and `order` refer to `m`. */
const auditedStretch = (where: string, order: string) => `select ${messageColumns.of('m')} from messages m
    where m.company_id = :companyId and m.conversation_id = :conversationId and ${where} order by ${order} limit :max`

/** Messages of a conversation in order, above one sequence and up to another, for an auditor. */
export const auditedUpwards = statement({
  name: 'audited_upwards',
  parameters: ['companyId', 'conversationId', 'above', 'upTo', 'max'],
  row: messageColumns,
  text: auditedStretch('m.seq > :above and m.seq <= :upTo', 'm.seq'),
})

/** The latest first, from one sequence and below another, for an auditor. */
export const auditedDownwards = statement({
  name: 'audited_downwards',
  parameters: ['companyId', 'conversationId', 'from', 'below', 'max'],
  row: messageColumns,
  text: auditedStretch('m.seq >= :from and m.seq < :below', 'm.seq desc'),
})
