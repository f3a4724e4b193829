import { useLayoutEffect, useRef } from 'preact/hooks'
import type { Thread } from '../store/thread.ts'

/** Distance from the end, in pixels, within which new messages scroll into view. */
const NEAR_END_PX = 60
/** Distance from an end of what is loaded, in pixels, at which more is loaded. */
const LOAD_WITHIN_PX = 900

/**
 * Keeps what a person reads where it is, whatever is added, dropped or grows above it, and follows the end while it is
 * in view. Returns the scroll handler of the container.
 */
export function useAnchor(
  thread: Thread,
  container: { current: HTMLElement | null },
  onScrolled: () => void,
) {
  const anchor = useRef<{ id: string; top: number } | null>(null)
  const isAtEnd = useRef(true)

  const note = () => {
    const box = container.current
    if (!box) return
    isAtEnd.current =
      !thread.hasNewer.value && box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END_PX
    anchor.current = firstVisible(box)
  }
  const restore = () => {
    const box = container.current
    if (!box) return
    if (isAtEnd.current && !thread.hasNewer.value) box.scrollTop = box.scrollHeight
    else if (anchor.current) {
      const element = articleOf(box, anchor.current.id)
      if (element) box.scrollTop += topIn(box, element) - anchor.current.top
    }
    note()
  }
  const loadMore = () => {
    const box = container.current
    if (!box || thread.phase.value !== 'ready') return
    if (box.scrollTop < LOAD_WITHIN_PX && thread.hasOlder.value) void thread.load('older').catch(() => {})
    else if (box.scrollHeight - box.scrollTop - box.clientHeight < LOAD_WITHIN_PX && thread.hasNewer.value) {
      void thread.load('newer').catch(() => {})
    }
  }

  useLayoutEffect(() => {
    const { value: target } = thread.target
    const box = container.current
    if (target !== null && box && thread.messages.value.length > 0) {
      const element = target.to === 'end' ? null : box.querySelector<HTMLElement>(`[data-seq="${target.to}"]`)
      if (element) {
        box.scrollTop += topIn(box, element) - box.clientHeight / 3
        element.classList.remove('found')
        if (target.isMarked) requestAnimationFrame(() => element.classList.add('found'))
      } else box.scrollTop = box.scrollHeight
      thread.target.value = null
      note()
    } else restore()
    loadMore()
    onScrolled()
  })
  useLayoutEffect(() => {
    const box = container.current
    if (!box) return
    // Pictures, fonts and a resized window change heights without a rendering.
    const observer = new ResizeObserver(restore)
    observer.observe(box)
    if (box.firstElementChild) observer.observe(box.firstElementChild)
    return () => observer.disconnect()
  }, [])

  return () => {
    note()
    loadMore()
    onScrolled()
  }
}

function firstVisible(box: HTMLElement): { id: string; top: number } | null {
  const articles = box.querySelectorAll<HTMLElement>('article[data-id]')
  let low = 0
  let high = articles.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    const element = articles[middle]
    if (element && topIn(box, element) + element.offsetHeight > 0) high = middle
    else low = middle + 1
  }
  const element = articles[low]
  return element ? { id: element.dataset['id'] ?? '', top: topIn(box, element) } : null
}

function articleOf(box: HTMLElement, id: string): HTMLElement | undefined {
  return [...box.querySelectorAll<HTMLElement>('article[data-id]')].find(
    (element) => element.dataset['id'] === id,
  )
}

function topIn(box: HTMLElement, element: HTMLElement): number {
  return element.getBoundingClientRect().top - box.getBoundingClientRect().top
}
