import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { AttachButton } from '../files/attach-button.tsx'
import { Recorder, UploadList } from '../files/late-files.ts'
import { useFiles } from '../files/use-files.ts'
import type { Draft } from '../store/drafts.ts'
import type { Thread } from '../store/thread.ts'
import { useUi } from '../ui/context.ts'
import { Icon } from '../ui/icon.tsx'
import { lazy } from '../ui/lazy.tsx'
import { Tool } from '../ui/tool.tsx'
import { bytesOver, sizeOf } from './limits.ts'
import { MentionBox } from './mention-box.tsx'
import { SendNotice } from './send-notice.tsx'
import { type Subject, SubjectBanner } from './subject-banner.tsx'
import { useDraft } from './use-draft.ts'
import { usePicker } from './use-picker.ts'
import { useSend } from './use-send.ts'
import { useTyping } from './use-typing.ts'

const MessageOptions = lazy(() =>
  import('../elements/other-screens.ts').then((module) => module.MessageOptions),
)

const MAX_HEIGHT_PX = 180

interface ComposerProperties {
  thread: Thread
  subject: Subject | null
  onDone(): void
}

/** Writes messages: a draft that survives page loads, mentions, files, and what a message can carry besides. */
export function Composer({ thread, subject, onDone }: ComposerProperties) {
  const { session } = useUi()
  const draft = useDraft(thread, subject)
  const hasOptions = useSignal(Boolean(draft.value.subject))
  const typing = useTyping(thread)
  const done = () => {
    hasOptions.value = false
    typing.stop()
    onDone()
  }
  const isEditing = subject?.kind === 'edit'
  const form = useRef<HTMLFormElement>(null)
  const { files, attached, add, take } = useFiles(form, thread.id, isEditing)
  const isRecording = useSignal(false)
  const { send, finish } = useSend({ thread, subject, take, onDone: done }, draft)
  const over = bytesOver(draft.value.body, session.limits.maxBodyBytes)
  const isWhole = attached.length > 0 ? attached.every(({ id }) => id.value) : draft.value.body.trim() !== ''
  const canSend = over <= 0 && (isEditing ? draft.value.body.trim() !== '' : isWhole)
  const sendIfAny = () => canSend && send()
  return (
    <form
      ref={form}
      class="composer"
      part="composer"
      onSubmit={(event) => {
        event.preventDefault()
        sendIfAny()
      }}
    >
      <SendNotice />
      {subject && <SubjectBanner subject={subject} onCancel={finish} />}
      {hasOptions.value && <MessageOptions draft={draft} />}
      {over > 0 && <TooLong over={over} />}
      {!isEditing && files.value.length > 0 && <UploadList files={files} />}
      <div class="compose-row">
        {isRecording.value ? (
          <Recorder
            conversationId={thread.id}
            parentId={draft.value.parentId}
            onDone={() => {
              isRecording.value = false
              requestAnimationFrame(() => form.current?.querySelector('textarea')?.focus())
            }}
          />
        ) : (
          <>
            {!isEditing && <Extras isOpen={hasOptions} isRecording={isRecording} onChoose={add} />}
            <TextBox
              thread={thread}
              draft={draft}
              subject={subject}
              onType={(isAny) => !isEditing && typing.note(isAny)}
              onSend={sendIfAny}
              onCancel={finish}
            />
            <SendButton isEditing={isEditing} canSend={canSend} />
          </>
        )}
      </div>
    </form>
  )
}

/** The text, as high as it needs, with the people to mention above it. */
function TextBox({
  thread,
  draft,
  subject,
  onType,
  onSend,
  onCancel,
}: {
  thread: Thread
  draft: Signal<Draft>
  subject: Subject | null
  onType(isAny: boolean): void
  onSend(): void
  onCancel(): void
}) {
  const { text } = useUi()
  const box = useRef<HTMLTextAreaElement>(null)
  const picker = usePicker(thread, draft, box)
  useFit(box, draft.value.body)
  useEffect(() => {
    if (subject) box.current?.focus()
  }, [subject])
  const press = (event: KeyboardEvent) => {
    // Safari ends a composition with an Enter of key code 229.
    if (event.isComposing || event.keyCode === 229 || picker.press(event)) return
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      onSend()
    } else if (event.key === 'Escape' && subject) {
      event.stopPropagation()
      onCancel()
    }
  }
  return (
    <>
      {picker.isChoosing && <MentionBox {...picker} onPick={picker.pick} />}
      <textarea
        ref={box}
        rows={1}
        dir="auto"
        aria-label={text.write}
        placeholder={text.write}
        aria-autocomplete="list"
        aria-controls={picker.isChoosing ? picker.id : undefined}
        aria-activedescendant={picker.isChoosing ? `${picker.id}-${picker.active}` : undefined}
        value={draft.value.body}
        onInput={({ currentTarget: { value, selectionStart } }) => {
          picker.note(selectionStart)
          draft.value = { ...draft.value, body: value }
          onType(value !== '')
        }}
        onKeyDown={press}
      />
    </>
  )
}

/** Makes a textarea as high as its text, up to a bound. */
function useFit(box: { current: HTMLTextAreaElement | null }, body: string): void {
  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    element.style.height = 'auto'
    element.style.height = `${Math.min(element.scrollHeight, MAX_HEIGHT_PX)}px`
  }, [body])
}

function TooLong({ over }: { over: number }) {
  const { text, locale } = useUi()
  return (
    <p class="notice warning" role="alert">
      {text.tooLong(sizeOf(over, locale))}
    </p>
  )
}

/** The ways to all that a message carries besides its text. */
function Extras({
  isOpen,
  isRecording,
  onChoose,
}: {
  isOpen: Signal<boolean>
  isRecording: Signal<boolean>
  onChoose(files: Iterable<File>): void
}) {
  const { text } = useUi()
  return (
    <>
      <Tool
        label={text.options}
        icon="add"
        isExpanded={isOpen.value}
        onClick={() => {
          isOpen.value = !isOpen.value
        }}
      />
      <AttachButton onChoose={onChoose} />
      <Tool
        label={text.record}
        icon="mic"
        onClick={() => {
          isRecording.value = true
        }}
      />
    </>
  )
}

function SendButton({ isEditing, canSend }: { isEditing: boolean; canSend: boolean }) {
  const { text } = useUi()
  const label = isEditing ? text.save : text.send
  return (
    <button type="submit" class="send" aria-label={label} title={label} disabled={!canSend}>
      <Icon name={isEditing ? 'check' : 'send'} />
    </button>
  )
}
