import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { useUi } from '../ui/context.ts'
import type { Upload } from './upload.ts'

/** The server takes no more in one message. */
const MAX_FILES = 10

/**
 * Files that go with the message which is written: chosen, dropped onto the conversation or pasted into it. They are given up when
 * it is left.
 */
export function useFiles(form: { current: HTMLElement | null }, isEditing: boolean) {
  const ui = useUi()
  const files = useSignal<readonly Upload[]>([])
  async function add(chosen: Iterable<File>): Promise<void> {
    // A field or a drop forgets its files as soon as its event is over.
    const all = [...chosen]
    const { Upload } = await import('../elements/other-screens.ts')
    const room = MAX_FILES - files.peek().length
    if (all.length > room) ui.toast.value = ui.text.maxFiles(MAX_FILES)
    files.value = [...files.peek(), ...all.slice(0, room).map((file) => new Upload(ui, file))]
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
      if (event.type !== 'dragover') void add(data.files)
    }
    const area = form.current?.closest('.conversation')
    for (const name of ['dragover', 'drop', 'paste'])
      area?.addEventListener(name, take, { signal: leaving.signal })
    return () => leaving.abort()
  }, [isEditing])
  useEffect(
    () => () => {
      for (const upload of files.peek()) upload.cancel()
    },
    [],
  )
  return {
    files,
    add,
    /** True once all of them can be sent. */
    isReady: files.value.every(({ id }) => id.value !== null),
    /** Hands the files over to a message. */
    take(): string[] {
      const ids = files.value.flatMap(({ id }) => id.value ?? [])
      files.value = []
      return ids
    },
  }
}
