import type { KeyObject } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { EXPORT_FORMAT } from './export-trail.ts'
import { leafHash } from './merkle-tree.ts'
import { openNote } from './note.ts'
import { commitment } from './origins.ts'
import { type AuditProblem, TrailVerifier } from './verify-trail.ts'

/** The outcome of the verification of an export. */
export interface VerifiedExport {
  company: string
  size: number
  root: string
  problems: AuditProblem[]
}

interface Line {
  format?: unknown
  company?: unknown
  note?: unknown
  index?: unknown
  kind?: unknown
  origin?: unknown
  salt?: unknown
  address?: unknown
  userAgent?: unknown
}

/**
 * Verifies an export with a public key that came another way, without any database: events against the notes, and the clients
 * that they came from against the events. An export's own key would prove nothing, so it carries none.
 */
export async function verifyExport(path: string, key: KeyObject): Promise<VerifiedExport> {
  const reader = new ExportReader(key)
  const lines = createInterface({
    input: createReadStream(path, 'utf8'),
    crlfDelay: Number.POSITIVE_INFINITY,
  })
  for await (const line of lines) if (line !== '') reader.take(line)
  return reader.end()
}

class ExportReader {
  readonly #verifier = new TrailVerifier()
  readonly #key: KeyObject
  #company = ''
  #lines = 0
  /** The largest number of events that a note signs. */
  #signed = 0

  constructor(key: KeyObject) {
    this.#key = key
  }

  take(text: string): void {
    this.#lines += 1
    const line = read(text)
    if (!line) this.#verifier.report(null, `The line ${this.#lines} is no JSON.`)
    else if (this.#lines === 1) this.#takeHead(line)
    else if (typeof line.note === 'string') this.#takeNote(line.note)
    else if (typeof line.index === 'number') this.#takeEvent(line, text)
    else if (typeof line.origin === 'string') this.#takeClient(line)
    else this.#verifier.report(null, `The line ${this.#lines} belongs to no export.`)
  }

  end(): VerifiedExport {
    const { size } = this.#verifier.tree
    const root = this.#verifier.tree.root.toString('base64')
    if (size > this.#signed)
      this.#verifier.report(this.#signed, `No note signs the events ${this.#signed} to ${size - 1}.`)
    return { company: this.#company, size, root, problems: this.#verifier.end() }
  }

  #takeHead({ format, company }: Line): void {
    if (format !== EXPORT_FORMAT || typeof company !== 'string')
      this.#verifier.report(null, 'The first line is not that of an export of an audit trail.')
    else this.#company = company
  }

  #takeNote(note: string): void {
    const checkpoint = openNote(note, this.#company, this.#key)
    if (!checkpoint) {
      this.#verifier.report(null, `The note in line ${this.#lines} is not signed with the key.`)
      return
    }
    this.#signed = Math.max(this.#signed, checkpoint.size)
    this.#verifier.addCheckpoint({ ...checkpoint, name: `note in line ${this.#lines}` })
  }

  #takeEvent({ index, company }: Line, text: string): void {
    if (company !== this.#company)
      this.#verifier.report(Number(index), `The event in line ${this.#lines} is of another company.`)
    this.#verifier.take({ index: Number(index), hash: leafHash(text) })
  }

  #takeClient({ origin, salt, address, userAgent }: Line): void {
    const id = commitment(Buffer.from(String(salt), 'hex'), {
      address: String(address),
      userAgent: String(userAgent),
    })
    if (id.toString('hex') !== origin)
      this.#verifier.report(null, `The client in line ${this.#lines} is not the one that the events name.`)
  }
}

function read(text: string): Line | undefined {
  try {
    const line: unknown = JSON.parse(text)
    return typeof line === 'object' && line !== null ? line : undefined
  } catch {
    return undefined
  }
}
