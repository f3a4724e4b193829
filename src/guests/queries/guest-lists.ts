import type { Context } from '../../context.ts'
import { type ForwardArgs, forwardPage, type Page } from '../../page.ts'
import { searchText } from '../../text/search-text.ts'
import { type ConsentEventRow, consentEventsPage } from '../consent-row.ts'
import {
  type ConsentState,
  type GuestRow,
  guestsPage,
  guestsWithContact,
  guestsWithWords,
} from '../guest-row.ts'
import { wordsOfSearch } from '../guest-words.ts'
import { readPhone } from '../phone-number.ts'
import { emailHash, phoneHash } from '../seal-guest.ts'

/** The conditions of a list of guests. */
export interface GuestFilter {
  search?: string | null | undefined
  consent?: ConsentState | null | undefined
}

/**
 * Returns a page of the company's guests, latest first. A search that is a phone number or an e-mail address finds the guest
 * with it; any other one finds guests by words of the name, or their beginnings of 3 characters or more.
 */
export async function guestList(context: Context, args: ForwardArgs & GuestFilter): Promise<Page<GuestRow>> {
  const { tenant, viewer } = context
  const { companyId } = viewer
  const consent = args.consent ?? null
  const search = await readSearch(context, args.search ?? '')
  return forwardPage<GuestRow>(args, {
    key: ['uuid'],
    keyOf: ({ id }) => [id],
    nodeOf: (row) => row,
    async read([beforeId], max) {
      const position = { companyId, consent, beforeId, max }
      if (search === undefined) return tenant.query(guestsPage, position)
      if ('tokens' in search) return tenant.query(guestsWithWords, { ...position, ...search })
      return tenant.query(guestsWithContact, { ...position, ...search })
    },
  })
}

type Search = { tokens: string[] } | { phoneHash: Buffer | null; emailHash: Buffer | null }

/** Undefined for an empty search. */
async function readSearch(context: Context, search: string): Promise<Search | undefined> {
  const folded = searchText(search)
  if (folded === null) return undefined
  const text = search.trim()
  const keys = await context.keys()
  const phone = readPhone(text)
  if (phone !== undefined) return { phoneHash: phoneHash(keys, phone), emailHash: null }
  if (text.includes('@')) return { phoneHash: null, emailHash: emailHash(keys, text) }
  return { tokens: wordsOfSearch(text).map((word) => keys.searchToken(`guest ${word}`)) }
}

/** Returns a page of the changes of a guest's consent, latest first. */
export function consentEventPage(
  { tenant, viewer }: Context,
  { id: guestId }: GuestRow,
  args: ForwardArgs,
): Promise<Page<ConsentEventRow>> {
  return forwardPage<ConsentEventRow>(args, {
    key: ['uuid'],
    keyOf: ({ id }) => [id],
    nodeOf: (row) => row,
    read: ([beforeId], max) =>
      tenant.query(consentEventsPage, { companyId: viewer.companyId, guestId, beforeId, max }),
  })
}
