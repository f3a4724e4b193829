import type { Services } from '../../context.ts'
import { rowsOf } from '../../database/columns.ts'
import { statement } from '../../database/statement.ts'
import { phoneHash } from '../../guests/seal-guest.ts'
import { newId } from '../../ids.ts'
import { contactHash } from '../contact-hash.ts'
import { keywordReply } from '../keyword-reply.ts'
import { type Keyword, readKeyword } from '../keywords.ts'
import { answersKeywords } from '../sms-service.ts'
import { companiesOfNumber, readSmsSettings } from '../sms-settings.ts'

/** An SMS that the provider has received. Numbers are in E.164. */
export interface IncomingSms {
  sid: string
  from: string
  to: string
  body: string
}

const contactsOf = statement({
  name: 'sms_contacts_of',
  parameters: ['contact'],
  row: rowsOf<{ companyId: string }>(),
  text: `select c.company_id as "companyId" from app.sms_contacts c where c.contact_hash = :contact
    order by c.written_at desc`,
})

const takeInbound = statement({
  name: 'take_inbound',
  parameters: ['sid', 'contact', 'word', 'parts'],
  row: rowsOf<{
    reply: 'STOP' | 'START' | 'HELP' | null
    company: string | null
    positions: Record<string, number>
    replayed: boolean
  }>(),
  text: `select t.reply, t.reply_company as company, t.positions, t.replayed from app.take_inbound(:sid, :contact, :word, :parts::jsonb) t`,
})

const addUnmatched = statement({
  name: 'add_unmatched_inbound',
  parameters: ['id', 'receivedOn', 'sealed'],
  text: 'insert into app.unmatched_inbound (id, received_on, sealed) values (:id, :receivedOn, :sealed)',
})

/**
 * Takes an incoming SMS, and returns the text to answer, null for none. It goes to the company whose number it is; on a number
 * that companies share, to the one that wrote to this phone last. STOP on it holds for all of them. A message that belongs to
 * no company waits outside of all tenants. A repeated one has no effect.
 */
export async function receiveSms(services: Services, sms: IncomingSms): Promise<string | null> {
  const { database, deploymentKey } = services
  const contact = await contactHash(deploymentKey, sms.to, sms.from)
  const owners = await database.acrossCompanies(companiesOfNumber, { number: sms.to })
  const wrote = await database.acrossCompanies(contactsOf, { contact })
  const main = owners.length === 1 ? owners[0]?.companyId : wrote[0]?.companyId
  const stopWords = main ? (await readSmsSettings(database.forSystem(main))).stopWords : []
  const word = readKeyword(sms.body, stopWords)
  const others = word && word !== 'HELP' && word !== 'REVIEW' ? wrote.map(({ companyId }) => companyId) : []
  const concerned = [...new Set([...(main ? [main] : []), ...others])]
  const parts = await Promise.all(concerned.map((companyId) => partOf(services, companyId, sms)))
  const [taken] = await database.acrossCompanies(takeInbound, {
    sid: sms.sid,
    contact,
    word: word ?? null,
    parts: JSON.stringify(parts),
  })
  for (const [companyId, position] of Object.entries(taken?.positions ?? {}))
    services.live.notify(companyId, Number(position))
  if (!main && !taken?.replayed) await keepUnmatched(services, sms, word)
  return taken?.reply ? answerOf(services, taken.company, taken.reply) : null
}

async function partOf({ keyring }: Services, companyId: string, sms: IncomingSms) {
  const keys = await keyring.forCompany(companyId)
  const [inboundId, eventId] = [newId(), newId()]
  const seal = (text: string, field: 'inbound-phone' | 'inbound-body' | 'consent-words', recordId: string) =>
    keys.encrypt(text.replaceAll('\0', '').toWellFormed(), { field, recordId }).toString('hex')
  return {
    companyId,
    phoneHash: phoneHash(keys, sms.from).toString('hex'),
    inboundId,
    phone: seal(sms.from, 'inbound-phone', inboundId),
    body: seal(sms.body, 'inbound-body', inboundId),
    receivedOn: sms.to,
    eventId,
    words: seal(sms.body, 'consent-words', eventId),
  }
}

async function keepUnmatched(
  { database, deploymentKey }: Services,
  incoming: IncomingSms,
  word?: Keyword,
): Promise<void> {
  const id = newId()
  const { from, body } = incoming
  const sealed = await deploymentKey.encrypt(JSON.stringify({ from, body, word: word ?? null }), id)
  await database.acrossCompanies(addUnmatched, { id, receivedOn: incoming.to, sealed })
}

/**
 * Null if the provider answers keywords itself: two confirmations would be one too many. A message that belongs to no company is
 * answered with the configured texts.
 */
async function answerOf(
  { database, sms }: Services,
  companyId: string | null,
  word: 'STOP' | 'START' | 'HELP',
): Promise<string | null> {
  const settings = companyId ? await readSmsSettings(database.forSystem(companyId)) : undefined
  const isOurs = answersKeywords(sms, settings ?? { keywordReplies: null })
  return isOurs ? keywordReply(word, settings ?? {}, sms.settings) : null
}
