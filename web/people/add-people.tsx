import { useSignal } from '@preact/signals'
import type { PeopleQuery } from '../api/operations.ts'
import { addPeople } from '../store/calls.ts'
import { useUi } from '../ui/context.ts'
import { PeoplePicker } from './people-picker.tsx'

/** Adds people to a group. */
export function AddPeople({
  id,
  present,
  onDone,
}: {
  id: string
  present: ReadonlySet<string>
  onDone(): void
}) {
  const { session, text, attempt } = useUi()
  const chosen = useSignal<PeopleQuery['users']['nodes']>([])
  const add = () =>
    attempt(async () => {
      if (chosen.value.length > 0)
        await addPeople(
          session,
          id,
          chosen.value.map((person) => person.id),
        )
      onDone()
    })
  return (
    <div class="add-people">
      <PeoplePicker chosen={chosen} without={present} />
      <div class="buttons">
        <button type="button" class="button" onClick={onDone}>
          {text.cancel}
        </button>
        <button
          type="button"
          class="button primary"
          disabled={chosen.value.length === 0}
          onClick={() => void add()}
        >
          {text.add}
        </button>
      </div>
    </div>
  )
}
