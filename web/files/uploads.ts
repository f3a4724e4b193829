import type { FileWords } from '../locales/files/en.ts'
import { loadFileWords } from '../locales/files/locale.ts'
import { newKey } from '../store/new-key.ts'
import type { Ui } from '../ui/context.ts'
import { keepBytes, readBytes } from './kept-bytes.ts'
import { type KeptFile, keepFile, keptFiles } from './kept-files.ts'
import { type Owner, ownerIn } from './owner.ts'
import { Upload } from './upload.ts'
import { waitingIn } from './waiting.ts'

/** The server takes no more in one message. */
const MAX_FILES = 10

/** Adds chosen files to those that wait in a conversation, and uploads them. */
export async function addFiles(ui: Ui, conversationId: string, chosen: readonly File[]): Promise<void> {
  const owner = ownerIn(ui.session)
  const list = waitingIn(ui, conversationId)
  const words = await loadFileWords(ui.locale)
  const room = MAX_FILES - list.peek().filter(({ kept }) => !kept.alone).length
  if (chosen.length > room) ui.toast.value = words.maxFiles(MAX_FILES)
  for (const file of chosen.slice(0, room)) {
    const { name, type, size } = file
    const kept = { key: newKey(), conversationId, name, type, size }
    await claim(kept.key)
    if (owner.stay.aborted) return
    keepFile(owner.memory, kept)
    // A browser that keeps no files has this one as long as its page.
    void keepBytes(owner.scope, kept.key, 0, file).catch(() => {})
    begin(ui, owner, words, kept, file)
  }
}

/** Uploads a recording whose parts are kept already. */
export function addRecording(ui: Ui, words: FileWords, kept: KeptFile, bytes: Blob): void {
  keepFile(ui.session.memory, kept)
  begin(ui, ownerIn(ui.session), words, kept, bytes)
}

/** Goes on with the files of earlier pages, but for those of tabs that are open. */
export async function restoreFiles(ui: Ui): Promise<void> {
  const owner = ownerIn(ui.session)
  const words = await loadFileWords(ui.locale)
  for (const { key } of keptFiles(owner.memory)) {
    if (!(await claim(key))) continue
    const bytes = await readBytes(owner.scope, key)
    // It may have been sent or removed while it was waited for, and the person may have left.
    const kept = keptFiles(owner.memory).find((each) => each.key === key)
    if (owner.stay.aborted) return
    if (kept && !isWaiting(ui, kept)) begin(ui, owner, words, ...restored(kept, bytes))
  }
}

function isWaiting(ui: Ui, { key, conversationId }: KeptFile): boolean {
  return waitingIn(ui, conversationId)
    .peek()
    .some(({ kept }) => kept.key === key)
}

/** A recording that broke off has no size yet. */
function restored(kept: KeptFile, bytes: Blob | null): [KeptFile, Blob | null] {
  return [bytes && !kept.begun ? { ...kept, size: bytes.size } : kept, bytes]
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

function begin(ui: Ui, owner: Owner, words: FileWords, kept: KeptFile, bytes: Blob | null): void {
  const list = waitingIn(ui, kept.conversationId)
  const upload = new Upload(owner, words, kept, bytes)
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
