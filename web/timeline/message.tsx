import { useSignal } from '@preact/signals'
import { MessageFiles } from '../files/late-files.ts'
import type { Thread } from '../store/thread.ts'
import type { Message } from '../store/types.ts'
import { Avatar } from '../ui/avatar.tsx'
import { type Ui, useUi } from '../ui/context.ts'
import { momentOf, timeOf } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'
import { lazy } from '../ui/lazy.tsx'
import { Reactions } from './reactions.tsx'
import { RichText } from './rich-text.tsx'

const MessageMenu = lazy(() => import('../elements/other-screens.ts').then((module) => module.MessageMenu))

/** One message of the timeline. The first of a run by one author shows the name and picture. */
export function MessageItem({
  thread,
  message,
  isFirst,
  isLast,
  isActive,
  onReply,
  onEdit,
}: {
  thread: Thread
  message: Message
  isFirst: boolean
  isLast: boolean
  isActive: boolean
  onReply(): void
  onEdit(): void
}) {
  const ui = useUi()
  const { session, text, locale } = ui
  const { author, body, mentions, createdAt, seq, parent, state, attachments } = message
  const isOwn = author?.id === session.me.value?.id
  const isGone = body === null || state === 'RETRACTED'
  const name = author?.name ?? text.someone
  // The tools of all messages would be most of the page.
  const isUsed = useSignal(false)
  const use = () => {
    isUsed.value = true
  }
  return (
    <article
      class={`message ${isOwn ? 'own' : ''} ${isFirst ? 'first' : ''}`}
      data-id={message.id}
      data-seq={seq}
      onPointerEnter={use}
      onFocusCapture={use}
      tabIndex={isActive ? 0 : -1}
      aria-label={text.messageFrom(isOwn ? text.you : name, momentOf(createdAt, locale))}
    >
      {!isOwn && (
        <span class="gutter">
          {isFirst && (
            <Avatar id={author?.id ?? ''} name={name} avatarUrl={author?.avatarUrl ?? null} size={28} />
          )}
        </span>
      )}
      <div class="message-body">
        {isFirst && (
          <p class="byline">
            {!isOwn && <bdi class="author">{name}</bdi>}
            <time dateTime={createdAt} title={momentOf(createdAt, locale)}>
              {timeOf(createdAt, locale)}
            </time>
          </p>
        )}
        <div class={`bubble ${isGone ? 'gone' : ''} ${message.priority.toLowerCase()}`} part="bubble">
          {parent && !isGone && <Quote parent={parent} onOpen={(at) => void thread.jump(at)} />}
          {message.subject && (
            <p class="subject" dir="auto">
              {message.subject}
            </p>
          )}
          {isGone ? (
            <p class="text">{text.retracted}</p>
          ) : (
            body !== '' && (
              <p class="text" dir="auto">
                <RichText body={body} mentions={mentions} me={session.me.value?.id ?? ''} />
              </p>
            )
          )}
          {attachments.length > 0 && <MessageFiles files={attachments} />}
          <Marks message={message} />
        </div>
        <Reactions thread={thread} message={message} />
        {isOwn && isLast && !isGone && <Status thread={thread} message={message} ui={ui} />}
      </div>
      {isUsed.value && !isGone && state === 'POSTED' && (
        <MessageMenu thread={thread} message={message} onReply={onReply} onEdit={onEdit} />
      )}
    </article>
  )
}

function Quote({ parent, onOpen }: { parent: NonNullable<Message['parent']>; onOpen(seq: number): void }) {
  const { text } = useUi()
  const { seq, body, author } = parent
  return (
    <button type="button" class="quote" onClick={() => seq !== null && onOpen(seq)}>
      <bdi class="author">{author?.name ?? text.someone}</bdi>
      <span dir="auto">{body === null ? text.retracted : body.slice(0, 140) || text.attached}</span>
    </button>
  )
}

function Marks({ message: { priority, editedAt, state } }: { message: Message }) {
  const { text } = useUi()
  const isPressing = priority === 'HIGH' || priority === 'URGENT'
  if (!isPressing && !editedAt && state !== 'HELD') return null
  return (
    <p class="marks">
      {isPressing && (
        <span class={`priority ${priority.toLowerCase()}`}>
          <Icon name="warning" size={14} /> {text.priorities[priority]}
        </span>
      )}
      {state === 'HELD' && <span>{text.held}</span>}
      {editedAt && <span>{text.edited}</span>}
    </p>
  )
}

function Status({ thread, message, ui: { text } }: { thread: Thread; message: Message; ui: Ui }) {
  const seq = message.seq ?? Number.MAX_SAFE_INTEGER
  const readers = [...thread.readers.value.values()].filter((reader) => reader.seq >= seq)
  const isDirect = thread.conversation.value?.kind === 'DIRECT'
  const words = { SENT: text.sent, DELIVERED: text.delivered, READ: text.seen }
  const isSeen = message.status === 'READ' || readers.length > 0
  const label =
    !isDirect && readers.length > 0
      ? text.seenBy(readers.map(({ name }) => name).join(', '))
      : words[isSeen ? 'READ' : (message.status ?? 'SENT')]
  return (
    <p class={`status ${isSeen ? 'seen' : ''}`}>
      <Icon name={message.status === 'SENT' && !isSeen ? 'check' : 'checks'} size={14} />
      {label}
    </p>
  )
}
