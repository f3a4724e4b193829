import { useSignal } from '@preact/signals'
import { hideMessage, markUnread, retract } from '../store/calls.ts'
import type { Thread } from '../store/thread.ts'
import type { Message } from '../store/types.ts'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { useUi } from '../ui/context.ts'
import { Icon } from '../ui/icon.tsx'
import { Menu, type MenuItem } from '../ui/menu.tsx'
import { ReactionPicker } from './reaction-picker.tsx'

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
  const { text, session, attempt, toast } = useUi()
  const isAsking = useSignal(false)
  const may = (action: Message['allowedActions'][number]) => message.allowedActions.includes(action)
  const items: MenuItem[] = [
    {
      label: text.copy,
      icon: 'check',
      act: () =>
        void attempt(async () => {
          await navigator.clipboard.writeText(message.body ?? '')
          toast.value = text.copied
        }),
    },
  ]
  if (may('EDIT')) items.push({ label: text.edit, icon: 'edit', act: onEdit })
  if (message.author?.id !== session.me.value?.id && message.seq !== null) {
    const { seq } = message
    items.push({
      label: text.markUnread,
      icon: 'eye',
      act: () =>
        void attempt(async () => {
          await markUnread(session, thread.id, seq)
          thread.unreadFrom.value = seq
        }),
    })
  }
  if (may('HIDE'))
    items.push({
      label: text.hideMessage,
      icon: 'close',
      act: () =>
        void attempt(async () => {
          await hideMessage(session, message.id)
          thread.remove(message.id)
        }),
    })
  if (may('RETRACT')) {
    items.push({
      label: text.retract,
      icon: 'trash',
      danger: true,
      act: () => {
        isAsking.value = true
      },
    })
  }
  return (
    <div class="message-tools">
      {may('REACT') && <ReactionPicker thread={thread} message={message} />}
      {may('REPLY') && (
        <button type="button" class="tool" aria-label={text.reply} title={text.reply} onClick={onReply}>
          <Icon name="reply" size={18} />
        </button>
      )}
      <Menu label={text.actions} icon="more" items={items} />
      {isAsking.value && (
        <ConfirmDialog
          question={text.confirmRetract}
          act={text.retract}
          onClose={(agreed) => {
            isAsking.value = false
            if (agreed) void attempt(async () => thread.put(await retract(session, message.id)))
          }}
        />
      )}
    </div>
  )
}
