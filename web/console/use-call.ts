import { type Signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { ColloquyError } from '../../src/client/errors.ts'
import { type Console, useConsole } from './context.ts'
import { type Trouble, troubleOf } from './trouble.ts'

/** Calls of one form or button. */
export interface Call {
  isBusy: boolean
  trouble: Trouble | null
  /** Runs the work; a failure becomes the trouble. True if it has succeeded. */
  run(work: () => Promise<unknown>): Promise<boolean>
}

/** Data that are read from the server; what was read stays while it is read again. */
export interface Loaded<Data> {
  data: Data | null
  trouble: Trouble | null
  isLoading: boolean
  reload(): void
}

/** A list that is read page by page. */
export interface Pages<Node> extends Loaded<readonly Node[]> {
  nodes: Signal<readonly Node[] | null>
  hasMore: boolean
  more(): void
}

/** Runs calls one at a time, and keeps the failure of the last. */
export function useCall(): Call {
  const console = useConsole()
  const busy = useSignal(false)
  const trouble = useSignal<Trouble | null>(null)
  async function run(work: () => Promise<unknown>): Promise<boolean> {
    if (busy.peek()) return false
    busy.value = true
    try {
      await work()
      trouble.value = null
      return true
    } catch (error) {
      trouble.value = noteTrouble(console, error)
      return false
    } finally {
      busy.value = false
    }
  }
  return { isBusy: busy.value, trouble: trouble.value, run }
}

/** Reads data when the part is shown, and again when a dependency changes. */
export function useLoad<Data>(load: () => Promise<Data>, dependencies: unknown[] = []): Loaded<Data> {
  const console = useConsole()
  const data = useSignal<Data | null>(null)
  const trouble = useSignal<Trouble | null>(null)
  const latest = useSignal(0)
  const isLoading = useSignal(true)
  async function reload() {
    const mine = latest.peek() + 1
    latest.value = mine
    isLoading.value = true
    const found = await settle(load)
    // A later call has overtaken this one.
    if (latest.peek() !== mine) return
    isLoading.value = false
    if ('value' in found) data.value = found.value
    trouble.value = 'error' in found ? noteTrouble(console, found.error) : null
  }
  useEffect(() => void reload(), dependencies)
  const { phase, connected } = console.session
  const isBack = phase.value === 'ready' && connected.value
  useEffect(() => {
    // The failure may have passed with what has just come back.
    if (isBack && trouble.peek()) void reload()
  }, [isBack])
  return {
    data: data.value,
    trouble: trouble.value,
    isLoading: isLoading.value,
    reload: () => void reload(),
  }
}

/**
 * Reads a list page by page. A changed dependency begins it anew. `merge` decides which of the shown ones stay when the first
 * page is read again.
 */
export function usePages<Node>(
  load: (
    after: string | null,
  ) => Promise<{ nodes: readonly Node[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } }>,
  dependencies: unknown[] = [],
  merge: (shown: readonly Node[], read: readonly Node[]) => readonly Node[] = (_shown, read) => read,
): Pages<Node> {
  const nodes = useSignal<readonly Node[] | null>(null)
  const cursor = useSignal<string | null>(null)
  const more = useCall()
  const began = useSignal(0)
  const first = useLoad(async () => {
    const mine = began.peek() + 1
    began.value = mine
    const page = await load(null)
    if (began.peek() !== mine) return
    nodes.value = merge(nodes.peek() ?? [], page.nodes)
    cursor.value = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null
  }, dependencies)
  return {
    nodes,
    data: nodes.value,
    trouble: first.trouble ?? more.trouble,
    isLoading: first.isLoading || more.isBusy,
    reload: first.reload,
    hasMore: cursor.value !== null,
    more: () =>
      void more.run(async () => {
        const mine = began.peek()
        const page = await load(cursor.peek())
        // Another list was begun meanwhile.
        if (began.peek() !== mine) return
        nodes.value = [...(nodes.peek() ?? []), ...page.nodes]
        cursor.value = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null
      }),
  }
}

async function settle<Value>(work: () => Promise<Value>): Promise<{ value: Value } | { error: unknown }> {
  try {
    return { value: await work() }
  } catch (error) {
    return { error }
  }
}

/** A right that is gone changes what the console offers. */
function noteTrouble(console: Console, error: unknown): Trouble {
  if (error instanceof ColloquyError && error.code === 'FORBIDDEN') void console.refresh().catch(() => {})
  return troubleOf(error, console.words)
}
