import { LinkifyIt } from 'linkify-it'

const finder = new LinkifyIt({ fuzzyEmail: false })
/** A message without end would block the page. */
const MAX_LINKED = 20_000

/** A link within a text. */
export interface Link {
  index: number
  lastIndex: number
  url: string
  text: string
}

/** Finds the links that are safe to open. */
export function findLinks(body: string): Link[] {
  const found = finder.match(body.slice(0, MAX_LINKED)) ?? []
  return found.filter(({ url }) => /^(https?|mailto):/i.test(url))
}
