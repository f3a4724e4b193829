import type { Page } from 'playwright-core'

/** Seen on a walk through the open conversation of a messenger. */
export interface Walk {
  /** Pixels by which a message moved that nobody had scrolled, at most. */
  drift: number
  /** Messages in the page at once, at most. */
  most: number
  /** Numbers of messages that were in the page at some time. */
  seen: number
  /** Times at which a message was missing, there twice, or out of order. */
  disorders: number
  /** The first and the last message in the page at the end. */
  range: [first: number, last: number]
}

/** A walk by `steps` pixels each, which ends where the conversation does. */
export interface Way {
  steps: readonly number[]
  /** Number of the conversation's last message. */
  last: number
  /** True looks at nothing on the way, which costs the page time. */
  isBlind?: boolean
}

/** Steps of a size to an end; more than enough, as a walk ends there. */
export function stepsOf(pixels: number, count: number): number[] {
  return Array.from({ length: count }, () => pixels)
}

/** Scrolls the open conversation, and waits after each step until what it loads is there. */
export function walk(page: Page, way: Way): Promise<Walk> {
  return page.evaluate<Walk>(`(${WALK})(${JSON.stringify(way)})`)
}

const WALK = `async ({ steps, last, isBlind }) => {
  const root = document.querySelector('colloquy-messenger').shadowRoot
  const box = root.querySelector('.timeline')
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
  const articles = () => [...root.querySelectorAll('article[data-seq]')]
  const ends = () => {
    const all = root.querySelectorAll('article[data-seq]')
    return [Number(all[0].dataset.seq), Number(all[all.length - 1].dataset.seq)]
  }
  const seen = new Set()
  const walk = { drift: 0, most: 0, seen: 0, disorders: 0, range: ends() }
  const rest = () => box.scrollHeight - box.scrollTop - box.clientHeight
  function look(held, top) {
    const found = articles().map((one) => Number(one.dataset.seq))
    walk.most = Math.max(walk.most, found.length)
    if (found.some((seq, at) => at > 0 && seq !== found[at - 1] + 1)) walk.disorders += 1
    for (const seq of found) seen.add(seq)
    if (held.isConnected) walk.drift = Math.max(walk.drift, Math.abs(held.getBoundingClientRect().top - top))
  }
  for (const step of steps) {
    box.scrollTop += step
    await frame()
    const edge = box.getBoundingClientRect().top
    const held = isBlind || articles().find((one) => one.getBoundingClientRect().bottom > edge)
    const top = isBlind || held.getBoundingClientRect().top
    const [low, high] = ends()
    // More is loaded within 900 px of an end; a slow server has two seconds for it.
    const isLoading = () => {
      const [first, end] = ends()
      if (first !== low || end !== high) return false
      return step < 0 ? first > 1 && box.scrollTop < 900 : end < last && rest() < 900
    }
    for (let frames = 0; frames < 2 || (frames < 120 && isLoading()); frames += 1) {
      await frame()
      if (!isBlind) look(held, top)
    }
    walk.range = ends()
    if (step < 0 ? walk.range[0] === 1 && box.scrollTop === 0 : walk.range[1] === last && rest() < 1) break
  }
  walk.seen = seen.size
  return walk
}`
