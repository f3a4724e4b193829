import { type Signal, useSignal } from '@preact/signals'
import { hideMessage, markUnread, retract } from '../store/calls.ts'
import type { Thread } from '../store/thread.ts'
import type { Message } from '../store/types.ts'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { type Ui, useUi } from '../ui/context.ts'
import { Menu, type MenuItem } from '../ui/menu.tsx'
import { Tool } from '../ui/tool.tsx'
import { ReactionPicker } from './reaction-picker.tsx'
import { ReportDialog } from './report-dialog.tsx'

/** The question that an entry of the menu has led to. */
type Question = 'retract' | 'report' | null

/** The acts of one message: at its side while it is pointed at or focused. */
export function MessageMenu({
  thread,
  message,
  onReply,
  onEdit,
}: {
  thread: Thread
  message: Message
  onReply(): void
  onEdit(): void
}) {
  const ui = useUi()
  const { text, session, attempt } = ui
  const question = useSignal<Question>(null)
  return (
    <div class="message-tools">
      {may(message, 'REACT') && <ReactionPicker thread={thread} message={message} />}
      {may(message, 'REPLY') && <Tool label={text.reply} icon="reply" size={18} onClick={onReply} />}
      <Menu label={text.actions} icon="more" items={itemsFor(ui, { thread, message, onEdit, question })} />
      {question.value === 'retract' && (
        <ConfirmDialog
          question={text.confirmRetract}
          act={text.retract}
          onClose={(agreed) => {
            question.value = null
            if (agreed) void attempt(async () => thread.put(await retract(session, message.id)))
          }}
        />
      )}
      {question.value === 'report' && (
        <ReportDialog
          message={message}
          onClose={() => {
            question.value = null
          }}
        />
      )}
    </div>
  )
}

function may({ allowedActions }: Message, action: Message['allowedActions'][number]): boolean {
  return allowedActions.includes(action)
}

/** The entries of the menu: those that no rule refuses. */
function itemsFor(
  { text, session, attempt, toast }: Ui,
  {
    thread,
    message,
    onEdit,
    question,
  }: { thread: Thread; message: Message; onEdit(): void; question: Signal<Question> },
): MenuItem[] {
  const { id, seq, body, author } = message
  const ask = (wanted: Question) => () => {
    question.value = wanted
  }
  const copy = async () => {
    await navigator.clipboard.writeText(body ?? '')
    toast.value = text.copied
  }
  const unread = async (from: number) => {
    await markUnread(session, thread.id, from)
    thread.unreadFrom.value = from
  }
  const hide = async () => {
    await hideMessage(session, id)
    thread.remove(id)
  }
  const isOthers = author?.id !== session.me.value?.id
  const items: (MenuItem | false)[] = [
    { label: text.copy, icon: 'copy', act: () => void attempt(copy) },
    may(message, 'EDIT') && { label: text.edit, icon: 'edit', act: onEdit },
    isOthers &&
      seq !== null && { label: text.markUnread, icon: 'eye', act: () => void attempt(() => unread(seq)) },
    may(message, 'HIDE') && { label: text.hideMessage, icon: 'close', act: () => void attempt(hide) },
    may(message, 'REPORT') && isOthers && { label: text.report, icon: 'flag', act: ask('report') },
    may(message, 'RETRACT') && { label: text.retract, icon: 'trash', danger: true, act: ask('retract') },
  ]
  return items.filter((item) => item !== false)
}
