import { useSignal } from '@preact/signals'
import { Fragment } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Thread } from '../store/thread.ts'
import type { Message } from '../store/types.ts'
import { useUi } from '../ui/context.ts'
import { dayOf, isSameDay } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { EmptyState, Skeleton } from '../ui/state.tsx'
import { MessageItem } from './message.tsx'
import { PendingMessage } from './pending.tsx'
import { useAnchor } from './use-anchor.ts'
import { useKeys } from './use-keys.ts'

/** Messages of one author within this time stand together. */
const RUN_MS = 5 * 60_000

/** The messages of a conversation in normal flow, scrolled both ways. */
export function Timeline({
  thread,
  onReply,
  onEdit,
}: {
  thread: Thread
  onReply(message: Message): void
  onEdit(message: Message): void
}) {
  const { text, messaging } = useUi()
  const box = useRef<HTMLDivElement>(null)
  const isAway = useSignal(false)
  const active = useSignal('')
  const messages = thread.messages.value
  const pending = (messaging.outbox?.entries.value ?? []).filter(
    ({ key, conversationId }) =>
      conversationId === thread.id && !messages.some(({ clientMessageId }) => clientMessageId === key),
  )
  const readOn = () => {
    const element = box.current
    if (!element) return
    isAway.value =
      thread.hasNewer.value || element.scrollHeight - element.scrollTop - element.clientHeight > 300
    markVisible(thread, element)
  }
  const onScroll = useAnchor(thread, box, readOn)
  const onKeyDown = useKeys(active, box)
  useSeen(thread, box)
  return (
    <div class="timeline-frame">
      <div ref={box} class="timeline" onScroll={onScroll} part="timeline">
        <div
          class="timeline-flow"
          role="feed"
          aria-label={text.conversation}
          aria-busy={thread.phase.value === 'loading'}
          onKeyDown={onKeyDown}
        >
          {thread.phase.value === 'failed' && <EmptyState icon="warning" title={text.failedToLoad} />}
          {thread.phase.value === 'ready' && messages.length + pending.length === 0 && (
            <EmptyState icon="chat" title={text.emptyThread} hint={text.emptyThreadHint} />
          )}
          <Messages
            thread={thread}
            active={active.value}
            hasPending={pending.length > 0}
            onReply={onReply}
            onEdit={onEdit}
          />
          {!thread.hasNewer.value && pending.map((entry) => <PendingMessage key={entry.key} entry={entry} />)}
        </div>
        {/* Beside the feed, which has articles alone. */}
        {thread.phase.value === 'loading' && <Skeleton rows={5} label={text.loading} />}
      </div>
      <JumpButtons thread={thread} isAway={isAway.value} />
    </div>
  )
}

/** All messages that are loaded, with the days and the unread line between them. */
function Messages({
  thread,
  active,
  hasPending,
  onReply,
  onEdit,
}: {
  thread: Thread
  active: string
  hasPending: boolean
  onReply(message: Message): void
  onEdit(message: Message): void
}) {
  const { text, locale } = useUi()
  const messages = thread.messages.value
  const last = messages.at(-1)?.id
  const tabStop = messages.some(({ id }) => id === active) ? active : last
  return (
    <>
      {messages.map((message, at) => {
        const before = messages[at - 1]
        const isNewDay = !before || !isSameDay(before.createdAt, message.createdAt)
        const isUnread = message.seq !== null && message.seq === thread.unreadFrom.value
        return (
          <Fragment key={message.id}>
            {isNewDay && <p class="day">{dayOf(message.createdAt, locale, text)}</p>}
            {isUnread && <p class="unread-line">{text.newMessages}</p>}
            <MessageItem
              thread={thread}
              message={message}
              isFirst={isNewDay || isUnread || !isRun(before, message)}
              isLast={message.id === last && !hasPending}
              isActive={message.id === tabStop}
              onReply={() => onReply(message)}
              onEdit={() => onEdit(message)}
            />
          </Fragment>
        )
      })}
    </>
  )
}

/** Marks as read what is on the screen as soon as the window is in use again. */
function useSeen(thread: Thread, box: { current: HTMLElement | null }): void {
  useEffect(() => {
    const seen = () => box.current && markVisible(thread, box.current)
    addEventListener('focus', seen)
    document.addEventListener('visibilitychange', seen)
    return () => {
      removeEventListener('focus', seen)
      document.removeEventListener('visibilitychange', seen)
    }
  }, [thread])
}

function JumpButtons({ thread, isAway }: { thread: Thread; isAway: boolean }) {
  const { text } = useUi()
  const conversation = thread.conversation.value
  const first = thread.messages.value[0]?.seq ?? 0
  const unreadFrom = thread.unreadFrom.value
  const isAbove = unreadFrom !== null && first > unreadFrom
  return (
    <>
      {isAbove && conversation && (
        <button type="button" class="jump above" onClick={() => void thread.jump(unreadFrom)}>
          <Icon name="up" size={16} />
          {text.jumpToUnread(Math.max(1, conversation.lastSeq - unreadFrom + 1))}
        </button>
      )}
      {isAway && (
        <button
          type="button"
          class="jump below"
          aria-label={text.jumpToLatest}
          title={text.jumpToLatest}
          onClick={() => void thread.jumpToEnd()}
        >
          <Icon name="down" size={18} />
          {(conversation?.unreadCount ?? 0) > 0 && <span class="count">{conversation?.unreadCount}</span>}
        </button>
      )}
    </>
  )
}

function isRun(before: Message | undefined, message: Message): boolean {
  if (!before || before.author?.id !== message.author?.id) return false
  return Date.parse(message.createdAt) - Date.parse(before.createdAt) < RUN_MS
}

/** Messages count as read once they are on the screen of a window that is in use. */
function markVisible(thread: Thread, box: HTMLElement): void {
  if (document.visibilityState !== 'visible' || !document.hasFocus() || box.clientHeight === 0) return
  const bottom = box.getBoundingClientRect().bottom
  let seq = 0
  for (const element of [...box.querySelectorAll<HTMLElement>('article[data-seq]')].reverse()) {
    if (element.getBoundingClientRect().top + Math.min(element.offsetHeight, 24) > bottom) continue
    seq = Number(element.dataset['seq'])
    break
  }
  if (seq > 0) thread.markRead(seq)
}
