import type { Person } from '../store/types.ts'
import { Avatar } from '../ui/avatar.tsx'
import { useUi } from '../ui/context.ts'

/** The list of people under the composer's combobox. */
export function MentionBox({
  id,
  people,
  active,
  onPick,
}: {
  id: string
  people: readonly Person[]
  active: number
  onPick(person: Person): void
}) {
  const { text } = useUi()
  return (
    <div id={id} class="mentions" role="listbox" aria-label={text.mention}>
      {people.map((person, at) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the textarea keeps the focus, and its keys pick.
        <div
          key={person.id}
          id={`${id}-${at}`}
          class="option"
          role="option"
          tabIndex={-1}
          aria-selected={at === active}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onPick(person)}
        >
          <Avatar id={person.id} name={person.name} avatarUrl={person.avatarUrl} size={24} dot />
          <bdi>{person.name}</bdi>
          {person.department && <small>{person.department}</small>}
        </div>
      ))}
    </div>
  )
}
