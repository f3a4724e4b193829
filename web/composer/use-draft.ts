import { type Signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { type Draft, readDraft, writeDraft } from '../store/drafts.ts'
import type { Thread } from '../store/thread.ts'
import { useUi } from '../ui/context.ts'
import type { Subject } from './subject-banner.tsx'

const SAVE_MS = 300

/** The text that is written: a draft that survives page loads, or that of a message which is edited. */
export function useDraft(thread: Thread, subject: Subject | null): Signal<Draft> {
  const { session } = useUi()
  const draft = useSignal<Draft>(readDraft(session.memory, thread.id))
  const isEditing = subject?.kind === 'edit'
  useEffect(() => {
    draft.value = readDraft(session.memory, thread.id)
  }, [thread.id])
  useEffect(() => {
    if (subject?.kind === 'edit') draft.value = { body: subject.message.body ?? '' }
    else if (subject) draft.value = { ...draft.value, parentId: subject.message.id }
  }, [subject])
  // The text of a message that is edited is no draft of a new one.
  useEffect(() => {
    if (isEditing) return
    const save = () => writeDraft(session.memory, thread.id, draft.value)
    const timer = setTimeout(save, SAVE_MS)
    addEventListener('pagehide', save)
    return () => {
      clearTimeout(timer)
      removeEventListener('pagehide', save)
      save()
    }
  }, [draft.value, thread.id, isEditing])
  return draft
}
