import type { Draft } from '../store/drafts.ts'
import { useUi } from '../ui/context.ts'

const PRIORITIES = ['LOW', 'NORMAL', 'HIGH', 'URGENT'] as const

/** The choice of a message's priority. */
export function PriorityField({
  value,
  onChange,
}: {
  value: NonNullable<Draft['priority']>
  onChange(priority: NonNullable<Draft['priority']>): void
}) {
  const { text } = useUi()
  return (
    <select
      class="field"
      aria-label={text.priority}
      value={value}
      onChange={({ currentTarget }) =>
        onChange(PRIORITIES.find((name) => name === currentTarget.value) ?? 'NORMAL')
      }
    >
      {PRIORITIES.map((name) => (
        <option key={name} value={name}>
          {text.priorities[name]}
        </option>
      ))}
    </select>
  )
}
