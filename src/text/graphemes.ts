const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' })

/** Intl.Segmenter takes time with the square of the length: of longer texts so much is given to it at once. */
const WINDOW = 256

/** True for a text of at most `max` characters as a person counts them (grapheme clusters), in time linear to its length. */
export function hasUpTo(max: number, text: string): boolean {
  if (text.length <= max) return true
  let count = 0
  for (let start = 0; start < text.length; ) {
    const { clusters, end } = clustersFrom(text, start)
    count += clusters
    if (count > max) return false
    start = end
  }
  return true
}

/** The clusters that end within a window for certain, and where the last of them ends; at least one. */
function clustersFrom(text: string, start: number): { clusters: number; end: number } {
  const window = text.slice(start, start + WINDOW)
  let clusters = 0
  let last = 0
  for (const { index } of segmenter.segment(window)) {
    clusters += 1
    last = index
  }
  const isWhole = start + WINDOW >= text.length || last === 0
  // The last one may go on behind the window: it is counted with the next, unless the window holds nothing else.
  return isWhole ? { clusters, end: start + window.length } : { clusters: clusters - 1, end: start + last }
}
