import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { Composer } from '../composer/composer.tsx'
import type { Subject } from '../composer/subject-banner.tsx'
import { previewOf } from '../files/preview.ts'
import { hideConversation, setMuted } from '../store/calls.ts'
import type { Thread } from '../store/thread.ts'
import { acquireThread, releaseThread } from '../store/threads.ts'
import type { Conversation } from '../store/types.ts'
import { ConversationAvatar } from '../ui/avatar.tsx'
import { CloseButton } from '../ui/close-button.tsx'
import { useUi } from '../ui/context.ts'
import { Menu, type MenuItem } from '../ui/menu.tsx'
import { EmptyState } from '../ui/state.tsx'
import { Tool } from '../ui/tool.tsx'
import { Timeline } from './timeline.tsx'

/** One conversation: its name, its messages and the composer. */
export function ConversationView({
  id,
  aroundSeq,
  hasBack,
}: {
  id: string
  aroundSeq?: number | undefined
  hasBack: boolean
}) {
  const { messaging, text, announcement, session } = useUi()
  const thread = useMemo(() => acquireThread(messaging, id, aroundSeq), [id, aroundSeq])
  const subject = useSignal<Subject | null>(null)
  useEffect(() => () => releaseThread(messaging, id), [id, aroundSeq])
  useEffect(() => {
    subject.value = null
  }, [id])
  const last = thread.messages.value.at(-1)
  useEffect(() => {
    const isFresh = last && Date.now() - Date.parse(last.createdAt) < 5_000
    if (isFresh && last.author?.id !== session.me.value?.id) {
      announcement.value = `${last.author?.name ?? text.someone}: ${previewOf(last, text)}`
    }
  }, [last?.id])
  const canPost = thread.conversation.value?.canPost ?? false
  return (
    <section class="conversation" aria-label={text.conversation}>
      <ConversationHeader thread={thread} hasBack={hasBack} />
      {thread.phase.value === 'gone' ? (
        <EmptyState icon="info" title={text.gone} hint={text.goneHint} />
      ) : (
        <Timeline
          thread={thread}
          onReply={(message) => {
            subject.value = { kind: 'reply', message }
          }}
          onEdit={(message) => {
            subject.value = { kind: 'edit', message }
          }}
        />
      )}
      <TypingLine thread={thread} />
      {thread.phase.value === 'gone' ? (
        <KeptDraft id={id} />
      ) : canPost ? (
        <Composer
          key={id}
          thread={thread}
          subject={subject.value}
          onDone={() => {
            subject.value = null
          }}
        />
      ) : (
        thread.phase.value === 'ready' && (
          <p class="notice">
            {TO_ALL.includes(thread.conversation.value?.kind ?? '') ? text.noReplies : text.readOnly}
          </p>
        )
      )}
    </section>
  )
}

/** Conversations in which only their authors may write, if they say so. */
const TO_ALL = ['BROADCAST', 'GLOBAL']

/** The text that was being written when the conversation was lost, to be copied. */
function KeptDraft({ id }: { id: string }) {
  const { session, text } = useUi()
  const body = session.memory.read<Record<string, { body: string }>>('drafts')?.[id]?.body
  if (!body) return null
  return <textarea class="kept field" readOnly aria-label={text.write} value={body} rows={3} />
}

function ConversationHeader({ thread, hasBack }: { thread: Thread; hasBack: boolean }) {
  const { text, go, session, attempt } = useUi()
  const conversation = thread.conversation.value
  const status = session.presence.known.value.get(conversation?.counterpart?.id ?? '')
  const line = conversation?.counterpart
    ? [
        { ONLINE: text.online, AWAY: text.away, OFFLINE: text.offline }[status ?? 'OFFLINE'],
        conversation.counterpart.department,
      ]
    : [
        conversation?.kind === 'GLOBAL' ? text.everyone : aboutOf(conversation),
        conversation?.kind === 'GROUP' && text.members(conversation.participantCount),
      ]
  const items: MenuItem[] = conversation
    ? [
        { label: text.details, icon: 'info', act: () => go({ name: 'details', id: thread.id }) },
        { label: text.find, icon: 'search', act: () => go({ name: 'find', conversationId: thread.id }) },
        {
          label: conversation.isMuted ? text.unmute : text.mute,
          icon: conversation.isMuted ? 'bell' : 'bell-off',
          act: () => void attempt(() => setMuted(session, thread.id, !conversation.isMuted)),
        },
        {
          label: text.hide,
          icon: 'close',
          act: () =>
            void attempt(async () => {
              await hideConversation(session, thread.id)
              go({ name: 'inbox' })
            }),
        },
      ]
    : []
  return (
    <header class="head" part="header">
      {hasBack && <Tool label={text.back} icon="back" onClick={() => go({ name: 'inbox' })} />}
      {conversation && <ConversationAvatar conversation={conversation} size={32} />}
      <div class="head-text">
        <h2 dir="auto">{conversation?.title ?? ''}</h2>
        <p>{line.filter(Boolean).join(' · ')}</p>
      </div>
      {items.length > 0 && <Menu label={text.actions} icon="more" items={items} />}
      <CloseButton />
    </header>
  )
}

/** The host's id of the thing, unless the title says it already. */
function aboutOf(conversation: Conversation | undefined): string | undefined {
  const id = conversation?.context?.contextId
  return id === conversation?.title ? undefined : id
}

function TypingLine({ thread }: { thread: Thread }) {
  const { text } = useUi()
  const names = [...thread.typing.names.value.values()]
  return (
    <p class="typing" role="status">
      {names.length > 0 && (
        <>
          <span class="dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <bdi>{text.typing(names)}</bdi>
        </>
      )}
    </p>
  )
}
