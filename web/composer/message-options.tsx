import type { Signal } from '@preact/signals'
import type { Draft } from '../store/drafts.ts'
import { useUi } from '../ui/context.ts'
import { PriorityField } from './priority-field.tsx'

/** Subject and priority of a message. */
export function MessageOptions({ draft }: { draft: Signal<Draft> }) {
  const { text, session } = useUi()
  return (
    <div class="options">
      <input
        class="field"
        aria-label={text.subject}
        placeholder={text.subject}
        maxLength={session.limits.maxSubjectLength}
        dir="auto"
        value={draft.value.subject ?? ''}
        onInput={({ currentTarget }) => {
          draft.value = { ...draft.value, subject: currentTarget.value }
        }}
      />
      <PriorityField
        value={draft.value.priority ?? 'NORMAL'}
        onChange={(priority) => {
          draft.value = { ...draft.value, priority }
        }}
      />
    </div>
  )
}
