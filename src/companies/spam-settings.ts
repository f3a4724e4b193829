import { getDomain, parse } from 'tldts'
import { z } from 'zod'
import type { CompanyRow } from '../database/prisma-types.ts'

/** The limits beyond which a message counts as spam. Null switches a signal off. */
export interface SpamSettings {
  /** Messages with the same body within 10 minutes. A third conversation counts as well. */
  repeatedBodies: number | null
  /** Most people that a message may mention. */
  mentions: number | null
  /** Registrable domains, in ASCII. */
  blockedDomains: string[]
  /** Registrable domains whose links name another address, which is looked at instead. */
  redirectors: string[]
  /** True if holders of MESSAGE_MODERATE send what they like. */
  moderatorsExempt: boolean
}

const DEFAULTS: SpamSettings = {
  repeatedBodies: 5,
  mentions: 20,
  blockedDomains: [],
  redirectors: [],
  moderatorsExempt: true,
}

/** Nobody types as fast: a company that allows more than this to one person lets programs send. */
const MAX_TYPED_PER_SECOND = 10

const MAX_DOMAINS = 200

const domain = z
  .string()
  .max(255, { error: 'A domain has at most 255 characters.' })
  .transform((value, context) => {
    const known = registrableDomain(value)
    if (known !== undefined) return known
    context.addIssue({ code: 'custom', message: `"${value}" is no domain that can be registered.` })
    return z.NEVER
  })

const domains = z
  .array(domain)
  .max(MAX_DOMAINS, { error: `At most ${MAX_DOMAINS} domains are kept.` })
  .transform((list) => [...new Set(list)])
  .nullish()

const limit = z
  .number()
  .int()
  .min(1, { error: 'Must be 1 to 100, or null for none.' })
  .max(100, { error: 'Must be 1 to 100, or null for none.' })
  .nullish()

/** The input of a change: what is left out stays as it is, and null switches a signal off. */
export const spamSettingsInput = z.object({
  repeatedBodies: limit,
  mentions: limit,
  blockedDomains: domains,
  redirectors: domains,
  moderatorsExempt: z.boolean().nullish(),
})

type SpamColumns = Pick<CompanyRow, 'spam' | 'sendLimits'>

/** Returns the company's limits; the defaults where it has set none. Programs repeat themselves, so the default counts no bodies for them. */
export function spamSettingsOf(company: SpamColumns): SpamSettings {
  const repeatedBodies = letsProgramsSend(company) ? null : DEFAULTS.repeatedBodies
  return { ...DEFAULTS, repeatedBodies, ...ownSettings(company) }
}

function ownSettings({ spam }: SpamColumns): Partial<SpamSettings> {
  return { ...(spam as Partial<SpamSettings> | null) }
}

/** True if each of the company's own send limits allows one person more than anybody types. */
function letsProgramsSend({ sendLimits }: SpamColumns): boolean {
  return (
    Array.isArray(sendLimits) &&
    sendLimits.length > 0 &&
    (sendLimits as { max: number; perSeconds: number }[]).every(
      ({ max, perSeconds }) => max > MAX_TYPED_PER_SECOND * perSeconds,
    )
  )
}

/** Returns what the company has set itself after a change, so that the rest goes on following the defaults. */
export function changedSpamSettings(
  company: SpamColumns,
  { repeatedBodies, mentions, ...rest }: z.output<typeof spamSettingsInput>,
): Partial<SpamSettings> {
  const own = ownSettings(company)
  const changes = {
    repeatedBodies,
    mentions,
    blockedDomains: rest.blockedDomains ?? undefined,
    redirectors: rest.redirectors ?? undefined,
    moderatorsExempt: rest.moderatorsExempt ?? undefined,
  }
  return { ...own, ...Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) }
}

/**
 * Returns the registrable domain of a host or address in ASCII, such as xn--bcher-kva.de for www.Bücher.de, or an IP address as
 * it is. Undefined for anything else, such as a public suffix.
 */
export function registrableDomain(hostOrAddress: string): string | undefined {
  const { hostname, isIp } = parse(hostOrAddress.trim(), { validateHostname: false })
  const ascii = hostname === null ? undefined : inAscii(hostname)
  if (ascii === undefined || isIp) return ascii
  return getDomain(ascii, { allowPrivateDomains: true }) ?? undefined
}

/** The host as browsers resolve it (UTS 46). Undefined if it is none. */
function inAscii(hostname: string): string | undefined {
  try {
    return new URL(`http://${hostname}`).hostname
  } catch {
    return undefined
  }
}
