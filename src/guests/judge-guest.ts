import type { GuestInput } from './guest-input.ts'
import type { ConsentState } from './guest-row.ts'
import type { GuestTexts } from './seal-guest.ts'

/** A guest before an import, decrypted. */
export interface KnownGuest extends GuestTexts {
  id: string
  externalId: string | null
  timeZone: string | null
  consent: ConsentState
  needsConsentReview: boolean
}

/** A guest after an import. */
export interface GuestFields extends GuestTexts {
  externalId: string | null
  timeZone: string | null
  consent: ConsentState
}

/** The decision about a row. `consentChanged` is true if the change is to be kept for good. */
export type GuestVerdict = { write: GuestFields; consentChanged: boolean } | { problem: string } | 'unchanged'

/**
 * Decides about one row. `wasOptedOut` is true if the phone has opted out before, with this guest or another one: only
 * the guest ends that, not an import. A subscription was given for a phone and does not pass to another one.
 */
export function judgeGuest(
  row: GuestInput,
  known: KnownGuest | undefined,
  wasOptedOut: (phone: string) => boolean,
): GuestVerdict {
  const keep = <Value>(given: Value | undefined, had: Value | undefined): Value | null =>
    given === undefined ? (had ?? null) : given
  const texts = {
    externalId: keep(row.externalId, known?.externalId),
    name: keep(row.name, known?.name),
    phone: keep(row.phone, known?.phone),
    email: keep(row.email, known?.email),
    timeZone: keep(row.timeZone, known?.timeZone),
  }
  if (texts.externalId === null && texts.phone === null)
    return { problem: 'A guest needs an externalId or a phone.' }
  const isOut = known?.consent === 'OPTED_OUT' || (texts.phone !== null && wasOptedOut(texts.phone))
  if (known && isOut && row.consent != null && row.consent !== 'OPTED_OUT')
    return { problem: 'This guest has opted out, and an import does not subscribe them again.' }
  const isMoved = known !== undefined && known.phone !== texts.phone
  const consent = isOut ? 'OPTED_OUT' : (row.consent ?? (isMoved ? 'UNKNOWN' : known?.consent) ?? 'UNKNOWN')
  const write = { ...texts, consent }
  if (known && isSame(known, write)) return 'unchanged'
  return { write, consentChanged: consent !== (known?.consent ?? 'UNKNOWN') }
}

function isSame(known: KnownGuest, fields: GuestFields): boolean {
  return (Object.keys(fields) as (keyof GuestFields)[]).every((name) => known[name] === fields[name])
}
