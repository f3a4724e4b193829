import { useSignal } from '@preact/signals'
import { useUi } from '../ui/context.ts'
import { Field } from '../ui/field.tsx'
import { Head } from '../ui/head.tsx'
import { into } from '../ui/into.ts'
import { Switch } from '../ui/switch.tsx'
import { announce } from './calls.ts'

/** Opens a conversation of the whole company; the first message in it is the announcement. */
export function Announce() {
  const { session, text, go, attempt } = useUi()
  const title = useSignal('')
  const repliesAllowed = useSignal(false)
  const create = () =>
    attempt(async () => {
      const id = await announce(session, title.value.trim(), repliesAllowed.value)
      go({ name: 'thread', id })
    })
  return (
    <section class="screen" aria-label={text.announce}>
      <Head title={text.announce} back={{ name: 'broadcasts' }} />
      <form
        class="screen-body"
        onSubmit={(event) => {
          event.preventDefault()
          void create()
        }}
      >
        <p class="hint">{text.announceHint}</p>
        <Field label={text.subject}>
          <input class="field" dir="auto" maxLength={255} value={title} onInput={into(title)} />
        </Field>
        <Switch
          label={text.repliesAllowed}
          isOn={repliesAllowed.value}
          onChange={(on) => {
            repliesAllowed.value = on
          }}
        />
        <button type="submit" class="button primary wide" disabled={title.value.trim() === ''}>
          {text.create}
        </button>
      </form>
    </section>
  )
}
