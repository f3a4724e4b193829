import type { Signal } from '@preact/signals'
import { edit } from '../store/calls.ts'
import { type Draft, readDraft, unsentOf, writeDraft } from '../store/drafts.ts'
import type { Thread } from '../store/thread.ts'
import { useUi } from '../ui/context.ts'
import type { Subject } from './subject-banner.tsx'

/** The ways in which writing ends: the message is sent, the edited one is saved, or neither. */
export function useSend(
  {
    thread,
    subject,
    take,
    onDone,
  }: { thread: Thread; subject: Subject | null; take(): string[]; onDone(): void },
  draft: Signal<Draft>,
) {
  const { session, messaging, attempt } = useUi()
  const isEditing = subject?.kind === 'edit'
  /** Leaves an edited message as it is, and a reply unwritten. */
  function finish(): void {
    draft.value = isEditing ? readDraft(session.memory, thread.id) : { body: '' }
    if (!isEditing) writeDraft(session.memory, thread.id, draft.value)
    onDone()
  }
  function send(): void {
    const { body } = draft.value
    if (subject?.kind === 'edit') {
      const { id } = subject.message
      void attempt(async () => {
        thread.put(await edit(session, id, body))
        finish()
      })
      return
    }
    const attachmentIds = take()
    const files = attachmentIds.length > 0 && { attachmentIds }
    messaging.outbox?.add({ conversationId: thread.id, ...unsentOf(draft.value), ...files })
    thread.unreadFrom.value = null
    finish()
    void thread.jumpToEnd()
  }
  return { send, finish }
}
