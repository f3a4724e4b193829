import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { FindDocument, type FindQuery } from '../api/operations.ts'
import { useUi } from '../ui/context.ts'
import { briefly } from '../ui/format.ts'
import { Head } from '../ui/head.tsx'
import { Icon } from '../ui/icon.tsx'
import { into } from '../ui/into.ts'
import { EmptyState, Skeleton } from '../ui/state.tsx'
import { Marked } from './marked.tsx'

type Hits = FindQuery['searchMessages']['nodes']
const AGAIN_MS = 300

/** Finds messages by their words, everywhere or in one conversation. A hit opens where it was written. */
export function Find({ conversationId }: { conversationId?: string | undefined }) {
  const { session, text, locale, go, attempt } = useUi()
  const words = useSignal('')
  const hits = useSignal<Hits | null>(null)
  const more = useSignal<string | null>(null)
  const isLoading = useSignal(false)
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.focus(), [])
  async function load(after: string | null) {
    isLoading.value = true
    await attempt(async () => {
      const asked = words.value
      const { searchMessages } = await session.request(FindDocument, {
        text: asked.trim(),
        after,
        ...(conversationId && { filter: { conversationId } }),
      })
      if (asked !== words.value) return
      hits.value = [...(after ? (hits.value ?? []) : []), ...searchMessages.nodes]
      more.value = searchMessages.pageInfo.hasNextPage ? searchMessages.pageInfo.endCursor : null
    })
    isLoading.value = false
  }
  useEffect(() => {
    hits.value = null
    if (words.value.trim() === '') return
    const timer = setTimeout(() => void load(null), AGAIN_MS)
    return () => clearTimeout(timer)
  }, [words.value])
  const back = conversationId
    ? ({ name: 'thread', id: conversationId } as const)
    : ({ name: 'inbox' } as const)
  return (
    <section class="screen" aria-label={text.find}>
      <Head title={text.find} back={back} />
      <div class="screen-body">
        <label class="field search">
          <Icon name="search" size={16} />
          <input
            ref={input}
            type="search"
            aria-label={text.find}
            placeholder={text.find}
            value={words.value}
            onInput={into(words)}
          />
        </label>
        {words.value.trim() === '' && <EmptyState icon="search" title={text.find} hint={text.findHint} />}
        {isLoading.value && hits.value === null && <Skeleton rows={4} label={text.loading} />}
        {hits.value?.length === 0 && !isLoading.value && (
          <EmptyState icon="search" title={text.nothingFound} hint={text.nothingFoundHint} />
        )}
        <ul class="hits" aria-label={text.find} aria-live="polite">
          {hits.value?.map((hit) => (
            <li key={hit.id}>
              <button
                type="button"
                class="hit"
                onClick={() => {
                  session.inbox.upsert(hit.conversation)
                  go({ name: 'thread', id: hit.conversation.id, aroundSeq: hit.seq ?? undefined })
                }}
              >
                <span class="item-line">
                  <bdi class="item-title">{hit.author?.name ?? text.someone}</bdi>
                  <time class="item-time">{briefly(hit.createdAt, locale)}</time>
                </span>
                <span class="hit-text" dir="auto">
                  <Marked body={hit.body ?? ''} words={words.value} />
                </span>
                <small dir="auto">{hit.conversation.title}</small>
              </button>
            </li>
          ))}
        </ul>
        {more.value && (
          <button type="button" class="button more" onClick={() => void load(more.value)}>
            {text.loadMore}
          </button>
        )}
      </div>
    </section>
  )
}
