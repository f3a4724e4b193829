import { type Signal, useSignal } from '@preact/signals'
import { useId } from 'preact/hooks'
import type { Draft } from '../store/drafts.ts'
import type { Thread } from '../store/thread.ts'
import type { Person } from '../store/types.ts'
import { mentionAt, useMentions } from './mentions.ts'

const KEYS = ['ArrowDown', 'ArrowUp', 'Enter', 'Tab', 'Escape']

/** People to mention while there is an @ before the caret; the keys of the textarea walk through them. */
export function usePicker(
  thread: Thread,
  draft: Signal<Draft>,
  box: { current: HTMLTextAreaElement | null },
) {
  const caret = useSignal(0)
  const active = useSignal(0)
  const id = useId()
  const at = mentionAt(draft.value.body, caret.value)
  const people = useMentions(thread, at?.search).value
  const isChoosing = at !== undefined && people.length > 0

  function pick(person: Person | undefined): void {
    if (!at || !person) return
    const { body, mentions = [] } = draft.value
    const next = `${body.slice(0, at.from)}@${person.name} ${body.slice(caret.value)}`
    const mention = { id: person.id, name: person.name }
    draft.value = { ...draft.value, body: next, mentions: [...mentions, mention] }
    caret.value = at.from + person.name.length + 2
    requestAnimationFrame(() => box.current?.setSelectionRange(caret.value, caret.value))
    box.current?.focus()
  }
  return {
    ...{ id, people, isChoosing, pick, active: active.value },
    /** The text has changed, with the caret here. */
    note(position: number): void {
      active.value = 0
      caret.value = position
    },
    /** True if the key was for the list of people. */
    press(event: KeyboardEvent): boolean {
      if (!isChoosing || !KEYS.includes(event.key)) return false
      event.preventDefault()
      event.stopPropagation()
      const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
      if (step !== 0) active.value = (active.value + step + people.length) % people.length
      else if (event.key === 'Escape') caret.value = 0
      else pick(people[active.value])
      return true
    },
  }
}
