import { useSignal } from '@preact/signals'
import type { ReportMutationVariables } from '../api/operations.ts'
import { report } from '../store/calls.ts'
import type { Message } from '../store/types.ts'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { useUi } from '../ui/context.ts'
import { Field } from '../ui/field.tsx'

const REASONS = ['HARASSMENT', 'SPAM', 'CONFIDENTIAL', 'OTHER'] as const
const MAX_NOTE = 1_000

/** Asks why a message is reported, and tells the moderators. */
export function ReportDialog({ message, onClose }: { message: Message; onClose(): void }) {
  const { session, text, attempt, toast } = useUi()
  const reason = useSignal<ReportMutationVariables['input']['reason']>('HARASSMENT')
  const note = useSignal('')
  const send = () =>
    attempt(async () => {
      await report(session, { messageId: message.id, reason: reason.value, note: note.value.trim() || null })
      toast.value = text.reported
    })
  return (
    <ConfirmDialog
      question={text.reportTitle}
      act={text.report}
      onClose={(agreed) => {
        if (agreed) void send()
        onClose()
      }}
    >
      <Field label={text.reportReason}>
        <select
          class="field"
          value={reason}
          onChange={({ currentTarget }) => {
            reason.value = REASONS.find((name) => name === currentTarget.value) ?? 'OTHER'
          }}
        >
          {REASONS.map((name) => (
            <option key={name} value={name}>
              {text.reportReasons[name]}
            </option>
          ))}
        </select>
      </Field>
      <Field label={text.reportNote}>
        <textarea
          class="field"
          dir="auto"
          rows={2}
          maxLength={MAX_NOTE}
          value={note}
          onInput={({ currentTarget }) => {
            note.value = currentTarget.value
          }}
        />
      </Field>
    </ConfirmDialog>
  )
}
