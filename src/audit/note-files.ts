import { appendFile, mkdir, open, readFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
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

/** Opens the notes of a deployment. */
export function openNoteFiles(directory: string): NoteFiles {
  const path = (companyId: string) => join(directory, `${companyId}.audit-notes`)
  return {
    async append(companyId, kept) {
      await mkdir(directory, { recursive: true, mode: 0o700 })
      // The line begins anew, in case a crash has cut the one before it off.
      await appendFile(path(companyId), `\n${JSON.stringify(kept)}\n`, { mode: 0o600 })
      await thinOut(path(companyId))
    },
    async latest(companyId) {
      return notesIn(await readTail(path(companyId))).at(-1)
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

async function thinOut(path: string): Promise<void> {
  if ((await stat(path)).size < MAX_BYTES) return
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
