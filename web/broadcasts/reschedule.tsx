import { useSignal } from '@preact/signals'
import { useUi } from '../ui/context.ts'
import { into } from '../ui/into.ts'
import { type Broadcast, reschedule } from './calls.ts'
import { timeZone } from './draft.ts'

/** Changes the time of a broadcast that has not been sent. */
export function Reschedule({
  broadcast: { id, schedule },
  onChange,
}: {
  broadcast: Broadcast
  onChange(changed: Broadcast): void
}) {
  const { session, text, attempt } = useUi()
  const at = useSignal(schedule?.localTime.slice(0, 16) ?? '')
  const zone = schedule?.timeZone ?? timeZone
  const change = () =>
    attempt(async () => onChange(await reschedule(session, id, { localTime: at.value, timeZone: zone })))
  return (
    <form
      class="rename"
      onSubmit={(event) => {
        event.preventDefault()
        void change()
      }}
    >
      <input
        class="field"
        type="datetime-local"
        required
        aria-label={text.sendAt(zone)}
        value={at}
        onInput={into(at)}
      />
      <button type="submit" class="button">
        {text.reschedule}
      </button>
    </form>
  )
}
