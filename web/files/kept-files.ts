import type { Memory } from '../store/memory.ts'

/** A file that waits in the composer of a conversation, as the browser's storage has it over page loads. */
export interface KeptFile {
  key: string
  conversationId: string
  name: string
  /** Media type as the browser told it. */
  type: string
  /** Bytes. */
  size: number
  /** Milliseconds of a voice note; nothing else has them. */
  durationMs?: number
  /** Set once a voice note was sent: it goes as a message of its own as soon as it is uploaded. */
  alone?: { parentId?: string | undefined }
  /** The upload on the server. The address lets one go on with it, or delete it, and read nothing. */
  begun?: { id: string; uploadUrl: string; partBytes: number }
}

/** The files that wait, of all conversations. */
export function keptFiles(memory: Memory): readonly KeptFile[] {
  return memory.read<KeptFile[]>('files') ?? []
}

/** Keeps a file, or what is new about it. */
export function keepFile(memory: Memory, file: KeptFile): void {
  const all = keptFiles(memory)
  const isKnown = all.some(({ key }) => key === file.key)
  memory.write('files', isKnown ? all.map((each) => (each.key === file.key ? file : each)) : [...all, file])
}

export function forgetFile(memory: Memory, key: string): void {
  memory.write(
    'files',
    keptFiles(memory).filter((each) => each.key !== key),
  )
}
