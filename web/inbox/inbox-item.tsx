import { previewOf } from '../files/preview.ts'
import type { Conversation } from '../store/types.ts'
import { ConversationAvatar } from '../ui/avatar.tsx'
import { type Ui, useUi } from '../ui/context.ts'
import { briefly, momentOf } from '../ui/format.ts'
import { Icon } from '../ui/icon.tsx'

const MAX_BADGE = 99

/** One conversation of the inbox. */
export function InboxItem({ conversation, isCurrent }: { conversation: Conversation; isCurrent: boolean }) {
  const ui = useUi()
  const { text, locale, go } = ui
  const { id, title, unreadCount, isMuted, lastActivityAt, hasUnreadMention } = conversation
  return (
    <li>
      <button
        type="button"
        class={`item ${unreadCount > 0 && !isMuted ? 'unread' : ''}`}
        aria-current={isCurrent ? 'true' : undefined}
        onClick={() => go({ name: 'thread', id })}
      >
        <ConversationAvatar conversation={conversation} />
        <span class="item-text">
          <span class="item-line">
            <bdi class="item-title">{title}</bdi>
            {isMuted && (
              <span class="item-muted" role="img" aria-label={text.muted}>
                <Icon name="bell-off" size={14} />
              </span>
            )}
            <time class="item-time" dateTime={lastActivityAt} title={momentOf(lastActivityAt, locale)}>
              {briefly(lastActivityAt, locale)}
            </time>
          </span>
          <span class="item-line">
            <span class="item-last" dir="auto">
              {lastLine(conversation, ui)}
            </span>
            {unreadCount > 0 && (
              <span class={`count ${isMuted ? 'quiet' : ''}`}>
                {hasUnreadMention && '@ '}
                {unreadCount > MAX_BADGE ? `${MAX_BADGE}+` : unreadCount}
                <span class="hidden"> {text.filterUnread}</span>
              </span>
            )}
          </span>
        </span>
      </button>
    </li>
  )
}

function lastLine({ lastMessage, kind }: Conversation, { text, session }: Ui): string {
  if (!lastMessage) return text.emptyThread
  if (lastMessage.body === null || lastMessage.state === 'RETRACTED') return text.retracted
  const line = previewOf(lastMessage, text)
  if (lastMessage.author?.id === session.me.value?.id) return text.youSaid(line)
  return kind === 'DIRECT' ? line : `${lastMessage.author?.name ?? text.someone}: ${line}`
}
