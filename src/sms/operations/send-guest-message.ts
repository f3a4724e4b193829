import { z } from 'zod'
import { readSchedule, scheduleInput } from '../../broadcasts/schedule.ts'
import { type Context, requirePermission } from '../../context.ts'
import { rowsOf } from '../../database/columns.ts'
import { statement } from '../../database/statement.ts'
import type { CompanyKeys } from '../../encryption/company-keys.ts'
import { InvalidInputError, NotFoundError } from '../../errors.ts'
import { phoneNumber } from '../../guests/phone-number.ts'
import { newId } from '../../ids.ts'
import { id, ids, parseInput, text, visible } from '../../input.ts'
import { idempotencyKey, readIdempotencyKey } from '../../messages/idempotency-key.ts'
import { NoSenderError, SmsCapReachedError } from '../errors.ts'
import type { GuestMessageRow } from '../guest-message-row.ts'
import { previewSms, type SmsPreview } from '../preview.ts'
import { monthOf } from '../quiet-hours.ts'
import { MAX_SMS_LENGTH } from '../segments.ts'
import { senderOf } from '../sms-service.ts'
import { companiesOfNumber, DEFAULT_ZONE, readSmsSettings } from '../sms-settings.ts'

/** The text of an SMS: 1 to 1,600 UTF-16 units. */
const smsText = visible(text(8 * 1024, 'The body'), 'The body').refine(
  ({ length }) => length <= MAX_SMS_LENGTH,
  { error: 'An SMS has at most 1,600 characters, of which an emoji counts as two or more.' },
)

const schema = z.object({
  guestIds: ids('Guest').nullish(),
  allSubscribed: z.boolean().nullish(),
  body: smsText,
  from: phoneNumber.nullish(),
  schedule: scheduleInput.nullish(),
  inReplyToId: id('InboundMessage').nullish(),
  idempotencyKey: idempotencyKey.nullish(),
})

const sendOne = statement({
  name: 'send_guest_message',
  parameters: [
    'companyId',
    'viewerId',
    'messageId',
    'body',
    'from',
    'encoding',
    'segments',
    'localTime',
    'timeZone',
    'scheduledFor',
    'guestIds',
    'replyTo',
    'key',
    'hash',
  ],
  row: rowsOf<{ guestMessageId: string; replayed: boolean; skipped: number }>(),
  text: `select s.guest_message_id as "guestMessageId", s.replayed, s.skipped from app.send_guest_message(
    :companyId, :viewerId, :messageId, :body, :from, :encoding, :segments, :localTime, :timeZone, :scheduledFor, :guestIds,
    :replyTo, :key, :hash) s`,
})

/** A message that was stored. `replayed` is true if an earlier call with the same key stored it. */
export interface SentGuestMessage {
  guestMessage: GuestMessageRow
  preview: SmsPreview
  /** Number of guests who may not be written to. */
  skipped: number
  replayed: boolean
}

function requireOneAudience({ guestIds, allSubscribed }: z.infer<typeof schema>): void {
  if (Boolean(guestIds?.length) !== Boolean(allSubscribed)) return
  const detail = 'Give either guestIds, at least one, or allSubscribed: true.'
  throw new InvalidInputError([{ path: ['guestIds'], detail }])
}

/**
 * Stores a message to guests and queues an SMS for each. Requires GUEST_MESSAGE. Throws InvalidInputError, NotFoundError,
 * ConflictError for another message with the same key, NoSenderError, and SmsCapReachedError for a message that would be sent
 * now though the company has reached its monthly cap.
 */
export async function sendGuestMessage(context: Context, input: unknown): Promise<SentGuestMessage> {
  requirePermission(context, 'GUEST_MESSAGE')
  const { schedule: given, ...request } = parseInput(schema, input)
  const schedule = given ? readSchedule(given, ['schedule']) : null
  requireOneAudience(request)
  const { viewer, tenant, services } = context
  const { companyId, userId: viewerId } = viewer
  await requireSender(context, request.from ?? null, schedule !== null)
  const keys = await context.keys()
  const key = readIdempotencyKey(context, request.idempotencyKey)
  const preview = previewSms(request.body, services.sms.settings)
  const messageId = newId()
  const [sent] = await tenant.call(sendOne, {
    companyId,
    viewerId,
    messageId,
    body: keys.encrypt(request.body, { field: 'guest-body', recordId: messageId }),
    from: request.from ?? null,
    encoding: preview.encoding,
    segments: preview.segments,
    localTime: schedule?.localTime ?? null,
    timeZone: schedule?.timeZone ?? null,
    scheduledFor: schedule?.at ?? null,
    guestIds: request.allSubscribed ? null : (request.guestIds ?? []),
    replyTo: request.inReplyToId ?? null,
    key,
    hash: key === null ? null : hashRequest(keys, request, given),
  })
  if (!sent) throw new Error('send_guest_message returned no row')
  const { guestMessageId, ...outcome } = sent
  return { guestMessage: await requireGuestMessage(context, guestMessageId), preview, ...outcome }
}

/** Returns a message to guests. Throws NotFoundError. */
export async function requireGuestMessage({ loaders }: Context, messageId: string): Promise<GuestMessageRow> {
  const message = await loaders.guestMessage.load(messageId)
  if (!message) throw new NotFoundError('There is no such message.')
  return message
}

async function requireSender(
  { tenant, services }: Context,
  from: string | null,
  isLater: boolean,
): Promise<void> {
  const { companyId } = tenant.tenant
  const settings = await readSmsSettings(tenant)
  if (from !== null) {
    const owners = await services.database.acrossCompanies(companiesOfNumber, { number: from })
    if (!owners.some((owner) => owner.companyId === companyId)) {
      throw new InvalidInputError([{ path: ['from'], detail: 'This is not a number of the company.' }])
    }
  }
  if (senderOf(services.sms, settings, from) === null) {
    throw new NoSenderError(
      'There is no number to send from: name one in the message, or set one for the company, or have the operator set SMS_FROM.',
    )
  }
  const { month, endsAt } = monthOf(new Date(), settings.timeZone ?? DEFAULT_ZONE)
  const sent = settings.month === month ? settings.monthCount : 0
  if (!isLater && settings.monthlyCap !== null && sent >= settings.monthlyCap) {
    throw new SmsCapReachedError(
      'The company has sent as many SMS in this month as it may.',
      settings.monthlyCap,
      endsAt,
    )
  }
}

function hashRequest(keys: CompanyKeys, request: object, schedule: unknown): Buffer {
  const {
    idempotencyKey: _,
    guestIds,
    ...rest
  } = request as { idempotencyKey?: unknown; guestIds?: string[] }
  const content = { ...rest, guestIds: guestIds ? [...guestIds].sort() : null, schedule: schedule ?? null }
  return keys.requestHash(`sendGuestMessage ${JSON.stringify(content)}`)
}
