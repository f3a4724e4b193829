import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useId, useRef } from 'preact/hooks'
import { PeopleDocument, type PeopleQuery } from '../api/operations.ts'
import { Avatar } from '../ui/avatar.tsx'
import { useUi } from '../ui/context.ts'
import { into } from '../ui/into.ts'

type Found = PeopleQuery['users']['nodes'][number]
const AGAIN_MS = 200

/** A combobox that finds people by name and collects those who are chosen. */
export function PeoplePicker({
  chosen,
  without,
}: {
  chosen: Signal<readonly Found[]>
  without?: ReadonlySet<string>
}) {
  const { session, text, attempt } = useUi()
  const search = useSignal('')
  const people = useSignal<readonly Found[] | null>(null)
  const active = useSignal(0)
  const input = useRef<HTMLInputElement>(null)
  const id = useId()
  useEffect(() => {
    const ask = async () => {
      const { users } = await session.request(PeopleDocument, { search: search.value.trim() || null })
      for (const user of users.nodes) if (user.presence) session.presence.note(user.id, user.presence.status)
      people.value = users.nodes
      active.value = 0
    }
    const timer = setTimeout(() => void attempt(ask), people.value ? AGAIN_MS : 0)
    return () => clearTimeout(timer)
  }, [search.value])
  useEffect(() => input.current?.focus(), [])
  const me = session.me.value?.id
  const isOffered = (person: Found) =>
    person.id !== me && !without?.has(person.id) && !chosen.value.some((other) => other.id === person.id)
  const offered = people.value?.filter(isOffered) ?? []
  function pick(person: Found | undefined) {
    if (!person) return
    chosen.value = [...chosen.value, person]
    search.value = ''
    input.current?.focus()
  }
  function press(event: KeyboardEvent) {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step !== 0 && offered.length > 0)
      active.value = (active.value + step + offered.length) % offered.length
    else if (event.key === 'Enter') pick(offered[active.value])
    else if (event.key === 'Backspace' && search.value === '') chosen.value = chosen.value.slice(0, -1)
    else return
    event.preventDefault()
  }
  return (
    <div class="picker">
      <div class="field chosen">
        {chosen.value.map((person) => (
          <button
            key={person.id}
            type="button"
            class="chip chosen-person"
            aria-label={text.removeNamed(person.name)}
            onClick={() => {
              chosen.value = chosen.value.filter((other) => other.id !== person.id)
            }}
          >
            <bdi>{person.name}</bdi> <span aria-hidden="true">×</span>
          </button>
        ))}
        <input
          ref={input}
          role="combobox"
          aria-label={text.name}
          placeholder={chosen.value.length === 0 ? text.name : ''}
          aria-expanded={offered.length > 0}
          aria-controls={id}
          aria-autocomplete="list"
          aria-activedescendant={offered.length > 0 ? `${id}-${active.value}` : undefined}
          value={search.value}
          onInput={into(search)}
          onKeyDown={press}
        />
      </div>
      {people.value && offered.length === 0 && <p class="hint">{text.nobodyFound}</p>}
      <div id={id} class="options-list" role="listbox" aria-label={text.people}>
        {offered.map((person, at) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox keeps the focus, and its keys pick.
          <div
            key={person.id}
            id={`${id}-${at}`}
            class="option"
            role="option"
            tabIndex={-1}
            aria-selected={at === active.value}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => pick(person)}
          >
            <Avatar id={person.id} name={person.name} avatarUrl={person.avatarUrl} dot />
            <span class="option-text">
              <bdi>{person.name}</bdi>
              {person.department && <small>{person.department}</small>}
            </span>
          </div>
        ))}
      </div>
    </div>
  )
}
