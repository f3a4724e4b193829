import { useEffect } from 'preact/hooks'
import { useUi } from '../ui/context.ts'
import { lateFiles } from './late-files.ts'
import { waitingIn } from './waiting.ts'

/**
 * Files that go with the message which is written: chosen, dropped onto its screen or pasted into it. They wait for it when
 * the screen is left, over page loads too.
 */
export function useFiles(form: { current: HTMLElement | null }, conversationId: string, isEditing: boolean) {
  const ui = useUi()
  const files = waitingIn(ui, conversationId)
  function add(chosen: Iterable<File>): void {
    // A field or a drop forgets its files as soon as its event is over.
    const all = [...chosen]
    void ui.attempt(async () => {
      await (await lateFiles()).addFiles(ui, conversationId, all)
    })
  }
  useEffect(() => {
    if (isEditing) return
    const leaving = new AbortController()
    const take = (event: Event) => {
      const { dataTransfer, clipboardData } = event as DragEvent & ClipboardEvent
      const data = dataTransfer ?? clipboardData
      // A copy of a table or a document has a picture of itself beside its text.
      if (!data?.types.includes('Files') || data.types.includes('text/plain')) return
      event.preventDefault()
      if (event.type !== 'dragover') add(data.files)
    }
    const area = form.current?.closest('section')
    for (const name of ['dragover', 'drop', 'paste'])
      area?.addEventListener(name, take, { signal: leaving.signal })
    return () => leaving.abort()
  }, [isEditing])
  // Voice notes that were sent go by themselves.
  const attached = files.value.filter(({ kept }) => !kept.alone)
  return {
    files,
    attached,
    add,
    /** Hands the files over to a message. */
    take(): string[] {
      files.value = files.value.filter((upload) => !attached.includes(upload))
      for (const upload of attached) upload.forget()
      return attached.flatMap(({ id }) => id.value ?? [])
    },
  }
}
