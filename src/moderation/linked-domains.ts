import { LinkifyIt } from 'linkify-it'
import { LRUCache } from 'lru-cache'
import { registrableDomain } from '../companies/spam-settings.ts'

/** Characters that browsers take for the dot of a host (UTS 46) and NFKC leaves alone. */
const DOTS = /[\u3002\uff61]/g
/** Characters that browsers ignore in a host, and that nobody sees. */
const UNSEEN = /\p{Default_Ignorable_Code_Point}/gu
/** The name and password of an address, before its host. */
const USER = /(?<=\/\/)[^\s/?#@]{1,256}@/gu
/** How many redirectors one link may go through. */
const MAX_HOPS = 3
const MAX_LINKIFIERS = 100

const linkifiers = new LRUCache<string, LinkifyIt>({ max: MAX_LINKIFIERS })

/**
 * Returns the blocked domains that a text links to, with or without a scheme, also behind a redirector whose link names the
 * address. All domains are registrable ones in ASCII.
 */
export function linkedDomains(
  text: string,
  { blockedDomains, redirectors }: { blockedDomains: readonly string[]; redirectors: readonly string[] },
): string[] {
  if (blockedDomains.length === 0) return []
  const linkifier = linkifierFor([...blockedDomains, ...redirectors])
  const found = new Set<string>()
  let texts = [plain(text)]
  for (let hops = 0; hops <= MAX_HOPS && texts.length > 0; hops += 1) {
    const behind: string[] = []
    for (const { url } of texts.flatMap((each) => linkifier.match(each) ?? [])) {
      const domain = registrableDomain(url)
      if (domain === undefined) continue
      if (blockedDomains.includes(domain)) found.add(domain)
      if (redirectors.includes(domain)) behind.push(namedBehind(url))
    }
    texts = behind
  }
  return [...found]
}

/** Links without a scheme are recognised by their top-level domain, so it is told those of the company's lists. */
function linkifierFor(domains: readonly string[]): LinkifyIt {
  const suffixes = [...new Set(domains.map((domain) => domain.slice(domain.lastIndexOf('.') + 1)))].sort()
  const key = suffixes.join(' ')
  const known = linkifiers.get(key)
  if (known) return known
  const made = new LinkifyIt({ fuzzyLink: true, fuzzyEmail: true, fuzzyIP: true }).tlds(suffixes, true)
  linkifiers.set(key, made)
  return made
}

function plain(text: string): string {
  return text.normalize('NFKC').replace(UNSEEN, '').replace(DOTS, '.').replace(USER, '')
}

/** The part of an address behind its host, as it reads once decoded. */
function namedBehind(url: string): string {
  const [, rest = ''] = /^[^:]*:?\/\/[^/?#]*(.*)$/su.exec(url) ?? []
  try {
    return plain(decodeURIComponent(rest)).replaceAll(/[=?&/#](?=[^/])/g, ' ')
  } catch {
    return plain(rest)
  }
}
