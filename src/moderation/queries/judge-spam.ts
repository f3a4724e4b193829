import { fold } from '../../client/fold.ts'
import { type SpamSettings, spamSettingsOf } from '../../companies/spam-settings.ts'
import type { Context } from '../../context.ts'
import { linkedDomains } from '../linked-domains.ts'
import type { SpamSignal } from '../spam-signal.ts'

/** The same body in so many conversations counts as repeated. */
const MANY_PLACES = 3

/** A text to judge. */
export interface JudgedText {
  subject: string | null
  body: string
  mentions: number
  /** The conversation or broadcast that it is for. */
  place: string
}

/** The signals of spam in a text. */
export interface Judgement {
  /** Null for a person who is exempt. */
  signals: SpamSignal[] | null
  /** Takes back that the body was seen, because it was not sent. Never rejects. */
  undo(): Promise<void>
}

/** Looks for signals of spam in a text, and counts its body among those that the viewer has sent lately. */
export async function judgeSpam(context: Context, text: JudgedText): Promise<Judgement> {
  const { viewer } = context
  const settings = spamSettingsOf(viewer.company)
  if (settings.moderatorsExempt && viewer.permissions.has('MESSAGE_MODERATE'))
    return { signals: null, undo: async () => {} }
  const signals: SpamSignal[] = []
  const repeated = await countBody(context, text, settings)
  if (repeated.isTooOften) signals.push('REPEATED_BODY')
  if (settings.mentions !== null && text.mentions > settings.mentions) signals.push('TOO_MANY_MENTIONS')
  if (linkedDomains(`${text.subject ?? ''}\n${text.body}`, settings).length > 0)
    signals.push('BLOCKED_DOMAIN')
  return { signals, undo: repeated.undo }
}

async function countBody(
  { viewer, services, keys }: Context,
  { body, place }: JudgedText,
  { repeatedBodies }: SpamSettings,
): Promise<{ isTooOften: boolean; undo: () => Promise<void> }> {
  // Files need no words.
  if (repeatedBodies === null || body.trim() === '') return { isTooOften: false, undo: async () => {} }
  const hash = (await keys()).requestHash(`body ${fold(body)}`).toString('base64url')
  const key = `${viewer.companyId}:${viewer.userId}:${hash}`
  const { times, places, undo } = await services.sightings.note(key, place)
  return { isTooOften: times >= repeatedBodies || places >= MANY_PLACES, undo }
}
