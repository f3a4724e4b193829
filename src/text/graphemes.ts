const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' })

/** Intl.Segmenter takes quadratic time, so longer texts are segmented in windows of this length. */
const WINDOW = 256

/** True if the text has at most `max` user-perceived characters (grapheme clusters). Takes linear time. */
export function hasUpTo(max: number, text: string): boolean {
  return text.length <= max || endOfFirst(max, text) === text.length
}

/** Returns the first `max` user-perceived characters (grapheme clusters) of the text. Takes linear time. */
export function firstGraphemes(max: number, text: string): string {
  return text.length <= max ? text : text.slice(0, endOfFirst(max, text))
}

/** Returns the end of the cluster with this number, or of the text if it has fewer. */
function endOfFirst(max: number, text: string): number {
  let left = max
  let start = 0
  while (left > 0 && start < text.length) {
    const ends = endsFrom(text, start)
    const end = ends[left - 1]
    if (end !== undefined) return end
    left -= ends.length
    start = ends.at(-1) ?? text.length
  }
  return start
}

/** Returns the ends of the clusters that certainly end within a window, at least one. */
function endsFrom(text: string, start: number): number[] {
  const window = text.slice(start, start + WINDOW)
  const starts = Array.from(segmenter.segment(window), ({ index }) => start + index)
  const ends = starts.slice(1)
  const isWhole = start + WINDOW >= text.length || ends.length === 0
  // The last cluster may continue after the window, so it is counted with the next window, unless it fills this one.
  return isWhole ? [...ends, start + window.length] : ends
}
