import type { Signal } from '@preact/signals'
import type { Draft } from '../store/drafts.ts'
import { useUi } from '../ui/context.ts'

const PRIORITIES = ['LOW', 'NORMAL', 'HIGH', 'URGENT'] as const

/** Subject and priority of a message. */
export function MessageOptions({ draft }: { draft: Signal<Draft> }) {
  const { text } = useUi()
  return (
    <div class="options">
      <input
        class="field"
        aria-label={text.subject}
        placeholder={text.subject}
        maxLength={255}
        dir="auto"
        value={draft.value.subject ?? ''}
        onInput={({ currentTarget }) => {
          draft.value = { ...draft.value, subject: currentTarget.value }
        }}
      />
      <select
        class="field"
        aria-label={text.priority}
        value={draft.value.priority ?? 'NORMAL'}
        onChange={({ currentTarget }) => {
          const priority = PRIORITIES.find((name) => name === currentTarget.value)
          draft.value = { ...draft.value, priority }
        }}
      >
        {PRIORITIES.map((name) => (
          <option key={name} value={name}>
            {text.priorities[name]}
          </option>
        ))}
      </select>
    </div>
  )
}
