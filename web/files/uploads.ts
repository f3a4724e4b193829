import type { FileWords } from '../locales/files/en.ts'
import { loadFileWords } from '../locales/files/locale.ts'
import type { Ui } from '../ui/context.ts'
import { keepBytes, readBytes } from './kept-bytes.ts'
import { type KeptFile, keepFile, keptFiles } from './kept-files.ts'
import { Upload } from './upload.ts'
import { waitingIn } from './waiting.ts'

/** The server takes no more in one message. */
const MAX_FILES = 10

/** Adds chosen files to those that wait in a conversation, and uploads them. */
export async function addFiles(ui: Ui, conversationId: string, chosen: readonly File[]): Promise<void> {
  const words = await loadFileWords(ui.locale)
  const waiting = waitingIn(ui, conversationId).peek()
  const room = MAX_FILES - waiting.filter(({ kept }) => !kept.alone).length
  if (chosen.length > room) ui.toast.value = words.maxFiles(MAX_FILES)
  for (const file of chosen.slice(0, room)) {
    const { name, type, size } = file
    const kept = { key: crypto.randomUUID(), conversationId, name, type, size }
    await claim(kept.key)
    keepFile(ui.session.memory, kept)
    // A browser that keeps no files has this one as long as its page.
    void keepBytes(ui.session.scope, kept.key, 0, file).catch(() => {})
    begin(ui, words, kept, file)
  }
}

/** Uploads a recording whose parts are kept already. */
export function addRecording(ui: Ui, words: FileWords, kept: KeptFile, bytes: Blob): void {
  keepFile(ui.session.memory, kept)
  begin(ui, words, kept, bytes)
}

/** Goes on with the files of earlier pages, but for those of tabs that are open. */
export async function restoreFiles(ui: Ui): Promise<void> {
  const words = await loadFileWords(ui.locale)
  for (const { key } of keptFiles(ui.session.memory)) {
    if (!(await claim(key))) continue
    // It may have been sent or removed while the claim was waited for.
    const kept = keptFiles(ui.session.memory).find((each) => each.key === key)
    if (
      !kept ||
      waitingIn(ui, kept.conversationId)
        .peek()
        .some((each) => each.kept.key === key)
    )
      continue
    const bytes = await readBytes(ui.session.scope, key, kept.type)
    // A recording that broke off has no size yet.
    begin(ui, words, { ...kept, ...(bytes && !kept.begun && { size: bytes.size }) }, bytes)
  }
}

/** Claims a file for this page: another tab leaves it alone then. False if another has it. */
export function claim(key: string): Promise<boolean> {
  if (!navigator.locks) return Promise.resolve(true)
  return new Promise((resolve) => {
    const hold = (lock: Lock | null) => {
      resolve(lock !== null)
      return lock && new Promise(() => {})
    }
    navigator.locks.request(`colloquy file ${key}`, { ifAvailable: true }, hold).catch(() => resolve(false))
  })
}

function begin(ui: Ui, words: FileWords, kept: KeptFile, bytes: Blob | null): void {
  const list = waitingIn(ui, kept.conversationId)
  const upload = new Upload(ui, words, kept, bytes)
  upload.onReady = () => {
    const { alone, conversationId } = upload.kept
    const { outbox } = ui.messaging
    if (!alone || !upload.id.value || !outbox) return
    outbox.add({ conversationId, body: '', ...alone, attachmentIds: [upload.id.value] })
    upload.forget()
    list.value = list.peek().filter((each) => each !== upload)
  }
  list.value = [...list.peek(), upload]
  void upload.start()
}
