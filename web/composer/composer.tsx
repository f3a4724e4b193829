import { useSignal } from '@preact/signals'
import { useEffect, useId, useLayoutEffect, useRef } from 'preact/hooks'
import { edit } from '../store/calls.ts'
import { type Draft, readDraft, writeDraft } from '../store/drafts.ts'
import type { Thread } from '../store/thread.ts'
import type { Message, Person } from '../store/types.ts'
import { useUi } from '../ui/context.ts'
import { Icon } from '../ui/icon.tsx'
import { lazy } from '../ui/lazy.tsx'
import { Tool } from '../ui/tool.tsx'
import { bytesOver, sizeOf } from './limits.ts'
import { MentionBox, mentionAt, useMentions } from './mention-box.tsx'
import { SendNotice } from './send-notice.tsx'
import { useTyping } from './use-typing.ts'

const MessageOptions = lazy(() =>
  import('../elements/other-screens.ts').then((module) => module.MessageOptions),
)

const SAVE_MS = 300
const MAX_HEIGHT_PX = 180

/** The message that the composer answers or changes. */
export interface Subject {
  kind: 'reply' | 'edit'
  message: Message
}

/** Writes messages: a draft that survives page loads, mentions, and what a message can carry besides. */
export function Composer({
  thread,
  subject,
  onDone,
}: {
  thread: Thread
  subject: Subject | null
  onDone(): void
}) {
  const { session, messaging, text, attempt, locale } = useUi()
  const draft = useSignal<Draft>(readDraft(session.memory, thread.id))
  const hasOptions = useSignal(Boolean(draft.value.subject))
  const caret = useSignal(0)
  const active = useSignal(0)
  const box = useRef<HTMLTextAreaElement>(null)
  const listId = useId()
  const typing = useTyping(thread)
  const isEditing = subject?.kind === 'edit'
  const at = mentionAt(draft.value.body, caret.value)
  const people = useMentions(thread, at?.search)
  const over = bytesOver(draft.value.body, session.limits.maxBodyBytes)
  const isEmpty = draft.value.body.trim() === ''

  useEffect(() => {
    draft.value = readDraft(session.memory, thread.id)
  }, [thread.id])
  useEffect(() => {
    if (!subject) return
    if (subject.kind === 'edit') draft.value = { body: subject.message.body ?? '' }
    else draft.value = { ...draft.value, parentId: subject.message.id }
    box.current?.focus()
  }, [subject])
  // The text of a message that is edited is no draft of a new one.
  useEffect(() => {
    if (isEditing) return
    const save = () => writeDraft(session.memory, thread.id, draft.value)
    const timer = setTimeout(save, SAVE_MS)
    addEventListener('pagehide', save)
    return () => {
      clearTimeout(timer)
      removeEventListener('pagehide', save)
      save()
    }
  }, [draft.value, thread.id, isEditing])
  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    element.style.height = 'auto'
    element.style.height = `${Math.min(element.scrollHeight, MAX_HEIGHT_PX)}px`
  }, [draft.value.body])

  function write(body: string) {
    draft.value = { ...draft.value, body }
    if (!isEditing) typing.note(body !== '')
  }
  function send() {
    if (isEmpty || over > 0) return
    const { body, subject: line, priority, mentions = [] } = draft.value
    if (subject?.kind === 'edit') {
      const { id } = subject.message
      void attempt(async () => {
        thread.put(await edit(session, id, body))
        finish()
      })
      return
    }
    const mentionIds = mentions.filter(({ name }) => body.includes(`@${name}`)).map(({ id }) => id)
    messaging.outbox?.add({
      conversationId: thread.id,
      body,
      ...(line && { subject: line }),
      ...(priority && priority !== 'NORMAL' && { priority }),
      ...(draft.value.parentId && { parentId: draft.value.parentId }),
      ...(mentionIds.length > 0 && { mentionIds }),
    })
    typing.stop()
    thread.unreadFrom.value = null
    finish()
    void thread.jumpToEnd()
  }
  function finish() {
    draft.value = isEditing ? readDraft(session.memory, thread.id) : { body: '' }
    if (!isEditing) writeDraft(session.memory, thread.id, draft.value)
    hasOptions.value = false
    onDone()
  }
  function pick({ id, name }: Person) {
    if (!at) return
    const { body, mentions = [] } = draft.value
    const next = `${body.slice(0, at.from)}@${name} ${body.slice(caret.value)}`
    draft.value = { ...draft.value, body: next, mentions: [...mentions, { id, name }] }
    caret.value = at.from + name.length + 2
    requestAnimationFrame(() => box.current?.setSelectionRange(caret.value, caret.value))
    box.current?.focus()
  }
  function press(event: KeyboardEvent) {
    // Safari ends a composition with an Enter of key code 229.
    if (event.isComposing || event.keyCode === 229) return
    const { value: options } = people
    if (at && options.length > 0 && MENTION_KEYS.includes(event.key)) {
      event.preventDefault()
      event.stopPropagation()
      const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
      const picked = options[active.value]
      if (step !== 0) active.value = (active.value + step + options.length) % options.length
      else if (event.key === 'Escape') caret.value = 0
      else if (picked) pick(picked)
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      send()
    } else if (event.key === 'Escape' && subject) {
      event.stopPropagation()
      finish()
    }
  }
  const isChoosing = at !== undefined && people.value.length > 0
  return (
    <form
      class="composer"
      part="composer"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <SendNotice />
      {subject && <SubjectBanner subject={subject} onCancel={finish} />}
      {isChoosing && <MentionBox id={listId} people={people.value} active={active.value} onPick={pick} />}
      {hasOptions.value && <MessageOptions draft={draft} />}
      {over > 0 && (
        <p class="notice warning" role="alert">
          {text.tooLong(sizeOf(over, locale))}
        </p>
      )}
      <div class="compose-row">
        {!isEditing && (
          <Tool
            label={text.options}
            icon="add"
            isExpanded={hasOptions.value}
            onClick={() => {
              hasOptions.value = !hasOptions.value
            }}
          />
        )}
        <textarea
          ref={box}
          rows={1}
          dir="auto"
          aria-label={text.write}
          placeholder={text.write}
          aria-autocomplete="list"
          aria-controls={isChoosing ? listId : undefined}
          aria-activedescendant={isChoosing ? `${listId}-${active.value}` : undefined}
          value={draft.value.body}
          onInput={({ currentTarget }) => {
            active.value = 0
            caret.value = currentTarget.selectionStart
            write(currentTarget.value)
          }}
          onKeyDown={press}
        />
        <button
          type="submit"
          class="send"
          aria-label={isEditing ? text.save : text.send}
          title={isEditing ? text.save : text.send}
          disabled={isEmpty || over > 0}
        >
          <Icon name={isEditing ? 'check' : 'send'} />
        </button>
      </div>
    </form>
  )
}

const MENTION_KEYS = ['ArrowDown', 'ArrowUp', 'Enter', 'Tab', 'Escape']

function SubjectBanner({ subject: { kind, message }, onCancel }: { subject: Subject; onCancel(): void }) {
  const { text } = useUi()
  return (
    <div class="banner">
      <Icon name={kind === 'edit' ? 'edit' : 'reply'} size={16} />
      <p>
        <b>{kind === 'edit' ? text.editing : text.replyingTo(message.author?.name ?? text.someone)}</b>
        <span dir="auto">{message.body?.slice(0, 140)}</span>
      </p>
      <Tool label={text.cancel} icon="close" size={16} onClick={onCancel} />
    </div>
  )
}
