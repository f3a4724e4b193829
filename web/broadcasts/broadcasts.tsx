import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { useUi } from '../ui/context.ts'
import { briefly } from '../ui/format.ts'
import { Head } from '../ui/head.tsx'
import { EmptyState, Skeleton } from '../ui/state.tsx'
import type { Broadcast } from './calls.ts'
import { BroadcastsDocument } from './operations.ts'
import { stateLine } from './state-line.ts'

/** The broadcasts that the person has written or received, and the ways to new ones. */
export function Broadcasts() {
  const { session, text, go, attempt } = useUi()
  const all = useSignal<readonly Broadcast[] | null>(null)
  const more = useSignal<string | null>(null)
  const load = (after: string | null) =>
    attempt(async () => {
      const { broadcasts } = await session.request(BroadcastsDocument, { after })
      all.value = [...(after ? (all.value ?? []) : []), ...broadcasts.nodes]
      more.value = broadcasts.pageInfo.hasNextPage ? broadcasts.pageInfo.endCursor : null
    })
  useEffect(() => void load(null), [])
  const may = (permission: string) => session.me.value?.permissions.includes(permission)
  return (
    <section class="screen" aria-label={text.broadcasts}>
      <Head title={text.broadcasts} />
      <div class="screen-body">
        <div class="buttons start">
          {may('CONVERSATION_BROADCAST') && (
            <button type="button" class="button primary" onClick={() => go({ name: 'new-broadcast' })}>
              {text.newBroadcast}
            </button>
          )}
          {may('CONVERSATION_GLOBAL') && (
            <button type="button" class="button" onClick={() => go({ name: 'announce' })}>
              {text.announce}
            </button>
          )}
        </div>
        {all.value === null && <Skeleton rows={4} label={text.loading} />}
        {all.value?.length === 0 && (
          <EmptyState icon="megaphone" title={text.emptyBroadcasts} hint={text.emptyBroadcastsHint} />
        )}
        <ul class="hits" aria-label={text.broadcasts}>
          {all.value?.map((broadcast) => (
            <Row key={broadcast.id} broadcast={broadcast} />
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

/** One's own broadcast opens its readers, another's the conversation. */
function Row({ broadcast }: { broadcast: Broadcast }) {
  const ui = useUi()
  const { session, text, locale, go } = ui
  const { id, subject, body, author, conversation, sentAt, scheduledFor } = broadcast
  const isOwn = author?.id === session.me.value?.id
  return (
    <li>
      <button
        type="button"
        class="hit"
        onClick={() =>
          go(isOwn || !conversation ? { name: 'broadcast', id } : { name: 'thread', id: conversation.id })
        }
      >
        <span class="item-line">
          <bdi class="item-title">{subject || text.retracted}</bdi>
          <time class="item-time">{briefly(sentAt ?? scheduledFor ?? '', locale)}</time>
        </span>
        <span class="item-last" dir="auto">
          {body}
        </span>
        <small>{isOwn ? stateLine(broadcast, ui) : (author?.name ?? text.someone)}</small>
      </button>
    </li>
  )
}
