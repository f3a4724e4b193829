import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { bytesOver, sizeOf } from '../composer/limits.ts'
import { PriorityField } from '../composer/priority-field.tsx'
import { AttachButton } from '../files/attach-button.tsx'
import { UploadList } from '../files/late-files.ts'
import { useFiles } from '../files/use-files.ts'
import { useUi } from '../ui/context.ts'
import { Field } from '../ui/field.tsx'
import { Head } from '../ui/head.tsx'
import { Switch } from '../ui/switch.tsx'
import { Audience } from './audience.tsx'
import { sendBroadcast } from './calls.ts'
import { type BroadcastDraft, emptyDraft, inputOf, isComplete, timeZone } from './draft.ts'

const MEMORY = 'broadcast'

/** Writes a broadcast: to whom, about what, with which files, and when. A page load loses nothing of it. */
export function NewBroadcast() {
  const { session, text, locale, go, attempt } = useUi()
  const draft = useSignal(session.memory.read<BroadcastDraft>(MEMORY) ?? emptyDraft())
  const isSending = useSignal(false)
  useEffect(() => session.memory.write(MEMORY, draft.value), [draft.value])
  const form = useRef<HTMLFormElement>(null)
  const { files, attached, add, take } = useFiles(form, MEMORY, false)
  const over = bytesOver(draft.value.body, session.limits.maxBodyBytes)
  const send = async () => {
    isSending.value = true
    await attempt(async () => {
      const attachmentIds = attached.flatMap(({ id }) => id.value ?? [])
      const input = { ...inputOf(draft.value), ...(attachmentIds.length > 0 && { attachmentIds }) }
      const { id } = await sendBroadcast(session, input)
      take()
      draft.value = emptyDraft()
      go({ name: 'broadcast', id })
    })
    isSending.value = false
  }
  return (
    <section class="screen" aria-label={text.newBroadcast}>
      <Head title={text.newBroadcast} back={{ name: 'broadcasts' }} />
      <form
        ref={form}
        class="screen-body"
        onSubmit={(event) => {
          event.preventDefault()
          void send()
        }}
      >
        <Audience draft={draft} />
        <Texts draft={draft} />
        <div class="buttons start">
          <AttachButton onChoose={add} />
        </div>
        {attached.length > 0 && <UploadList files={files} />}
        {over > 0 && (
          <p class="notice warning" role="alert">
            {text.tooLong(sizeOf(over, locale))}
          </p>
        )}
        <Extras draft={draft} />
        <button
          type="submit"
          class="button primary wide"
          disabled={
            isSending.value ||
            over > 0 ||
            attached.some(({ id }) => !id.value) ||
            !isComplete(draft.value, attached.length > 0)
          }
        >
          {draft.value.at ? text.schedule : text.now}
        </button>
      </form>
    </section>
  )
}

function Texts({ draft }: { draft: Signal<BroadcastDraft> }) {
  const { session, text } = useUi()
  return (
    <>
      <Field label={text.subject}>
        <input
          class="field"
          dir="auto"
          maxLength={session.limits.maxSubjectLength}
          value={draft.value.subject}
          onInput={({ currentTarget }) => {
            draft.value = { ...draft.value, subject: currentTarget.value }
          }}
        />
      </Field>
      <Field label={text.write}>
        <textarea
          class="field"
          dir="auto"
          rows={6}
          value={draft.value.body}
          onInput={({ currentTarget }) => {
            draft.value = { ...draft.value, body: currentTarget.value }
          }}
        />
      </Field>
    </>
  )
}

function Extras({ draft }: { draft: Signal<BroadcastDraft> }) {
  const { text } = useUi()
  const change = (changes: Partial<BroadcastDraft>) => {
    draft.value = { ...draft.value, ...changes }
  }
  return (
    <>
      <Field label={text.priority}>
        <PriorityField value={draft.value.priority} onChange={(priority) => change({ priority })} />
      </Field>
      <Field label={text.sendAt(timeZone)}>
        <input
          class="field"
          type="datetime-local"
          value={draft.value.at}
          onInput={({ currentTarget }) => change({ at: currentTarget.value })}
        />
      </Field>
      <Switch
        label={text.repliesAllowed}
        isOn={draft.value.repliesAllowed}
        onChange={(repliesAllowed) => change({ repliesAllowed })}
      />
      <Switch
        label={text.emailOffline}
        isOn={draft.value.emailOffline}
        onChange={(emailOffline) => change({ emailOffline })}
      />
    </>
  )
}
