import { useSignal } from '@preact/signals'
import { rename } from '../store/calls.ts'
import { useUi } from '../ui/context.ts'
import { into } from '../ui/into.ts'

/** The name of a group, which its admins change in place. */
export function GroupName({ id, title }: { id: string; title: string }) {
  const { session, text, attempt } = useUi()
  const name = useSignal(title)
  return (
    <form
      class="rename"
      onSubmit={(event) => {
        event.preventDefault()
        void attempt(() => rename(session, id, name.value.trim()))
      }}
    >
      <input
        class="field"
        aria-label={text.groupName}
        maxLength={255}
        value={name.value}
        onInput={into(name)}
      />
      {name.value.trim() !== title && name.value.trim() !== '' && (
        <button type="submit" class="button primary">
          {text.rename}
        </button>
      )}
    </form>
  )
}
