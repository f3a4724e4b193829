import { type Signal, useComputed, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { ConversationsDocument } from '../api/operations.ts'
import { useUi } from '../ui/context.ts'
import { Icon } from '../ui/icon.tsx'
import { EmptyState, Skeleton } from '../ui/state.tsx'
import { FILTERS, type Filter, filterOf, matches } from './filter.ts'
import { InboxItem } from './inbox-item.tsx'

const AGAIN_MS = 250

/** The list of conversations, filtered and searched by name. The server finds those that are not loaded. */
export function Inbox({ current }: { current?: string | undefined }) {
  const { session, text, go } = useUi()
  const filter = useSignal<Filter>('all')
  const search = useSignal('')
  const isFiltered = filter.value !== 'all' || search.value.trim() !== ''
  const shown = useShown(filter, search)
  const more = async () => {
    const { conversations } = await session.request(ConversationsDocument, {
      after: session.inbox.more.value,
    })
    session.inbox.add(conversations)
  }
  return (
    <div class="inbox">
      <Filters filter={filter} search={search} />
      {session.phase.value === 'starting' && <Skeleton rows={6} label={text.loading} />}
      {session.phase.value !== 'starting' && shown.value.length === 0 && (
        <EmptyState
          icon={isFiltered ? 'search' : 'chat'}
          title={isFiltered ? text.nothingFound : text.emptyInbox}
          hint={isFiltered ? undefined : text.emptyInboxHint}
        >
          {!isFiltered && (
            <button type="button" class="button primary" onClick={() => go({ name: 'new' })}>
              {text.newMessage}
            </button>
          )}
        </EmptyState>
      )}
      <ul class="conversations" aria-label={text.conversations}>
        {shown.value.map((conversation) => (
          <InboxItem
            key={conversation.id}
            conversation={conversation}
            isCurrent={conversation.id === current}
          />
        ))}
        {!isFiltered && session.inbox.more.value !== null && (
          <li>
            <button type="button" class="button more" onClick={() => void more()}>
              {text.loadMore}
            </button>
          </li>
        )}
      </ul>
    </div>
  )
}

/** The conversations that pass, and those that the server finds besides. */
function useShown(filter: Signal<Filter>, search: Signal<string>) {
  const { session, attempt } = useUi()
  const found = useSignal<ReadonlySet<string>>(new Set())
  const shown = useComputed(() =>
    session.inbox.latest.value.filter(
      (conversation) =>
        matches(conversation, filter.value, search.value) ||
        (search.value.trim() !== '' &&
          found.value.has(conversation.id) &&
          matches(conversation, filter.value, '')),
    ),
  )
  useEffect(() => {
    if (filter.value === 'all' && search.value.trim() === '') return
    const ask = async () => {
      const { conversations } = await session.request(ConversationsDocument, {
        filter: filterOf(filter.value, search.value),
      })
      session.inbox.upsert(...conversations.nodes)
      found.value = new Set(conversations.nodes.map(({ id }) => id))
    }
    const timer = setTimeout(() => void attempt(ask), AGAIN_MS)
    return () => clearTimeout(timer)
  }, [filter.value, search.value])
  return shown
}

/** The field for a name, and the kinds of conversations. */
function Filters({ filter, search }: { filter: Signal<Filter>; search: Signal<string> }) {
  const { text } = useUi()
  return (
    <div class="filters">
      <label class="field search">
        <Icon name="search" size={16} />
        <input
          type="search"
          aria-label={text.searchConversations}
          placeholder={text.searchConversations}
          value={search}
          onInput={({ currentTarget }) => {
            search.value = currentTarget.value
          }}
        />
      </label>
      <fieldset class="chips">
        <legend class="hidden">{text.filter}</legend>
        {FILTERS.map((name) => (
          <button
            key={name}
            type="button"
            class="chip"
            aria-pressed={filter.value === name}
            onClick={() => {
              filter.value = name
            }}
          >
            {labelOf(name, text)}
          </button>
        ))}
      </fieldset>
    </div>
  )
}

function labelOf(filter: Filter, text: ReturnType<typeof useUi>['text']): string {
  return {
    all: text.all,
    unread: text.filterUnread,
    direct: text.filterDirect,
    groups: text.filterGroups,
    things: text.filterThings,
  }[filter]
}
