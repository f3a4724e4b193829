const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' })

/** Intl.Segmenter takes quadratic time, so longer texts are segmented in windows of this length. */
const WINDOW = 256

/** True if the text has at most `max` user-perceived characters (grapheme clusters). Takes linear time. */
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

/** Counts the clusters that certainly end within a window, at least one, and returns the end of the last one. */
function clustersFrom(text: string, start: number): { clusters: number; end: number } {
  const window = text.slice(start, start + WINDOW)
  let clusters = 0
  let last = 0
  for (const { index } of segmenter.segment(window)) {
    clusters += 1
    last = index
  }
  const isWhole = start + WINDOW >= text.length || last === 0
  // The last cluster may continue after the window, so it is counted with the next window, unless it fills this one.
  return isWhole ? { clusters, end: start + window.length } : { clusters: clusters - 1, end: start + last }
}
