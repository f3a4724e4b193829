import { useSignal } from '@preact/signals'
import type { PeopleQuery } from '../api/operations.ts'
import { startDirect, startGroup } from '../store/calls.ts'
import { useUi } from '../ui/context.ts'
import { Head } from '../ui/head.tsx'
import { into } from '../ui/into.ts'
import { PeoplePicker } from './people-picker.tsx'

/** Starts a conversation: with one person directly, with several as a group. */
export function NewConversation() {
  const { session, text, go, attempt } = useUi()
  const chosen = useSignal<PeopleQuery['users']['nodes']>([])
  const title = useSignal('')
  const isGroup = chosen.value.length > 1
  const names = chosen.value.map(({ name }) => name.split(' ')[0]).join(', ')
  const start = () =>
    attempt(async () => {
      const [first] = chosen.value
      if (!first) return
      const ids = chosen.value.map(({ id }) => id)
      const { id } = isGroup
        ? await startGroup(session, title.value.trim() || names, ids)
        : await startDirect(session, first.id)
      go({ name: 'thread', id })
    })
  return (
    <section class="screen" aria-label={text.newMessage}>
      <Head title={text.newMessage} />
      <form
        class="screen-body"
        onSubmit={(event) => {
          event.preventDefault()
          void start()
        }}
      >
        <PeoplePicker chosen={chosen} />
        {isGroup && (
          <input
            class="field"
            aria-label={text.groupName}
            placeholder={`${text.groupName}: ${names}`}
            maxLength={255}
            value={title.value}
            onInput={into(title)}
          />
        )}
        <button type="submit" class="button primary wide" disabled={chosen.value.length === 0}>
          {isGroup ? text.createGroup : text.start}
        </button>
      </form>
    </section>
  )
}
