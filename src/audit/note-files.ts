import { appendFile, mkdir, open, readFile, rename, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { writeDraft } from '../data-directory/create-file-once.ts'
import { errorCode } from '../data-directory/storage-problem.ts'

/** A note as it is kept beside the keys. */
export interface KeptNote {
  /** Time of its signature. */
  at: string
  note: string
}

/** The notes in the folder of the companies' secrets: a file for each company that only grows, and is no part of the database. */
export interface NoteFiles {
  append(companyId: string, kept: KeptNote): Promise<void>
  /** The latest note. Undefined if there is none. */
  latest(companyId: string): Promise<KeptNote | undefined>
  /** All notes, earliest first. */
  all(companyId: string): Promise<KeptNote[]>
}

const MAX_BYTES = 1024 * 1024
/** The latest notes of a file that has grown too large. Of the earlier ones the last of each day stays. */
const KEPT_IN_FULL = 1_000
/** A note has some 300 bytes. */
const TAIL_BYTES = 4_096

/** Companies whose latest note is remembered. */
const MAX_REMEMBERED = 10_000

/** The latest note of a file, and the file as it was when it was the latest. */
interface Remembered {
  size: number
  mtimeMs: number
  kept: KeptNote
}

/** Opens the notes of a deployment. A file is read again only if it is not as this process has left it. */
export function openNoteFiles(directory: string): NoteFiles {
  const path = (companyId: string) => join(directory, `${companyId}.audit-notes`)
  const remembered = new Map<string, Remembered>()

  function remember(companyId: string, latest: Remembered): void {
    if (remembered.size >= MAX_REMEMBERED) remembered.clear()
    remembered.set(companyId, latest)
  }

  return {
    async append(companyId, kept) {
      const before = remembered.get(companyId)
      remembered.delete(companyId)
      // The line begins anew, in case a crash has cut the one before it off.
      const line = `\n${JSON.stringify(kept)}\n`
      await appendTo(path(companyId), line)
      const { size, mtimeMs } = await stat(path(companyId))
      if (size >= MAX_BYTES) return thinOut(path(companyId))
      // If another process has written as well, its note may be the later one.
      if (before && before.size + Buffer.byteLength(line) === size)
        remember(companyId, { size, mtimeMs, kept })
    },
    async latest(companyId) {
      const known = remembered.get(companyId)
      const { size, mtimeMs } = (await stat(path(companyId)).catch(emptyIfMissing)) || { size: 0, mtimeMs: 0 }
      if (known?.size === size && known.mtimeMs === mtimeMs) return known.kept
      const kept = size === 0 ? undefined : notesIn(await readTail(path(companyId))).at(-1)
      if (kept) remember(companyId, { size, mtimeMs, kept })
      return kept
    },
    async all(companyId) {
      return notesIn(await readFile(path(companyId), 'utf8').catch(emptyIfMissing))
    },
  }
}

async function readTail(path: string): Promise<string> {
  const file = await open(path, 'r').catch(emptyIfMissing)
  if (file === '') return ''
  try {
    const { size } = await file.stat()
    const start = Math.max(0, size - TAIL_BYTES)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}

async function appendTo(path: string, line: string): Promise<void> {
  const write = () => appendFile(path, line, { mode: 0o600 })
  await write().catch(async (error) => {
    if (errorCode(error) !== 'ENOENT') throw error
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await write()
  })
}

async function thinOut(path: string): Promise<void> {
  const notes = notesIn(await readFile(path, 'utf8'))
  const old = notes.slice(0, -KEPT_IN_FULL)
  const kept = old.filter(({ at }, place) => old[place + 1]?.at.slice(0, 10) !== at.slice(0, 10))
  const lines = [...kept, ...notes.slice(-KEPT_IN_FULL)].map((note) => `${JSON.stringify(note)}\n`)
  await rename(await writeDraft(path, lines.join(''), 0o600), path)
}

/** A line that a crash has cut off is no note. */
function notesIn(text: string): KeptNote[] {
  return text.split('\n').flatMap((line) => {
    try {
      const { at, note } = JSON.parse(line) as KeptNote
      return typeof at === 'string' && typeof note === 'string' ? [{ at, note }] : []
    } catch {
      return []
    }
  })
}

function emptyIfMissing(error: unknown): '' {
  if (errorCode(error) === 'ENOENT') return ''
  throw error
}
