import { signal } from '@preact/signals'
import { ColloquyError } from '../../src/client/errors.ts'
import type { TypedDocument } from '../../src/client/request.ts'
import type { FileWords } from '../locales/files/en.ts'
import { forgetBytes } from './kept-bytes.ts'
import { forgetFile, type KeptFile, keepFile } from './kept-files.ts'
import { BeginUploadDocument, UploadStateDocument } from './operations.ts'
import type { Owner } from './owner.ts'
import { askTus, PassingFailure } from './tus.ts'

/** Why an upload does not go on: by itself it may, at the press of a button, or never. */
export interface UploadProblem {
  text: string
  goesOn: 'by itself' | 'when asked' | 'never'
}

/** Pictures that the server writes anew, and makes small ones of. */
const PICTURE = /^image\/(png|jpeg|webp|gif|avif)$/
const FIRST_WAIT_MS = 1_000
const MAX_WAIT_MS = 15_000
const CHECK_AGAIN_MS = 2_000

/** A file on its way to the server, from its creation on. It can be sent once it has its id. */
export class Upload {
  kept: KeptFile
  readonly words: FileWords
  /** Bytes that the server has. */
  readonly sent = signal(0)
  readonly problem = signal<UploadProblem | null>(null)
  readonly id = signal<string | null>(null)
  onReady: () => void = () => {}
  readonly #owner: Owner
  /** Null if the browser has not kept them over a page load. */
  readonly #bytes: Blob | null
  readonly #over = new AbortController()

  constructor(owner: Owner, words: FileWords, kept: KeptFile, bytes: Blob | null) {
    this.#owner = owner
    this.words = words
    this.kept = kept
    this.#bytes = bytes
    // Somebody who signs out leaves nothing behind, and a part that is on its way breaks off.
    const { signal } = this.#over
    owner.stay.addEventListener('abort', () => this.#over.abort(), { signal })
  }

  /** Uploads the file, or goes on where it has stopped. It waits while there is no connection. */
  async start(): Promise<void> {
    this.problem.value = null
    for (let waitMs = FIRST_WAIT_MS; !this.#isOver(); waitMs = Math.min(waitMs * 2, MAX_WAIT_MS)) {
      const before = this.sent.value
      try {
        this.problem.value = await this.#run()
        if (this.problem.value === null && !this.#isOver()) this.onReady()
        return
      } catch (error) {
        if (this.#isOver()) return
        if (!isPassing(error)) {
          this.problem.value = { text: this.words.uploadFailed, goesOn: 'when asked' }
          return
        }
        this.problem.value = { text: this.words.waits, goesOn: 'by itself' }
        if (this.sent.value > before) waitMs = FIRST_WAIT_MS
        await this.#pause(waitMs)
      }
    }
  }

  /** Ends the upload and deletes it. One that cannot be reached is deleted by the server after a day. */
  cancel(): void {
    const { begun } = this.kept
    this.forget()
    if (begun) void askTus(begun.uploadUrl, 'DELETE', { keepalive: true }).catch(() => {})
  }

  /** Forgets the file here: it was sent, or is not wanted. */
  forget(): void {
    this.#over.abort()
    forgetFile(this.#owner.memory, this.kept.key)
    void forgetBytes(this.#owner.scope, this.kept.key).catch(() => {})
  }

  #request<Data, Variables>(document: TypedDocument<Data, Variables>, variables: Variables): Promise<Data> {
    return this.#owner.session.request(document, variables, this.#owner.stay)
  }

  #isOver(): boolean {
    return this.#over.signal.aborted
  }

  #keep(begun: KeptFile['begun'] | null): void {
    const { begun: _, ...rest } = this.kept
    this.kept = begun ? { ...rest, begun } : rest
    if (!this.#isOver()) keepFile(this.#owner.memory, this.kept)
  }

  /** Returns why the file cannot be sent; null once it can. */
  async #run(): Promise<UploadProblem | null> {
    // An upload may be gone, such as one that has waited for a day.
    if (this.kept.begun && !(await this.#hasOffset(this.kept.begun.uploadUrl))) this.#keep(null)
    const refused = this.kept.begun ? null : await this.#begin()
    const { begun } = this.kept
    if (refused || !begun) return refused
    if (this.sent.value < this.kept.size) {
      if (!this.#bytes) return { text: this.words.lost, goesOn: 'never' }
      await this.#send(begun, this.#bytes)
    }
    if (this.problem.value) this.problem.value = null
    return this.#check(begun.id)
  }

  async #begin(): Promise<UploadProblem | null> {
    if (!this.#bytes) return { text: this.words.lost, goesOn: 'never' }
    const { name, size, type, durationMs } = this.kept
    const kind = durationMs === undefined ? (PICTURE.test(type) ? 'IMAGE' : 'FILE') : 'VOICE'
    const input = { fileName: name, size, kind, ...(durationMs !== undefined && { durationMs }) } as const
    const { result } = await this.#request(BeginUploadDocument, { input })
    if (result.__typename === 'AttachmentRefusedError') return this.#refusal(result.reason)
    if (result.__typename !== 'CreateUploadPayload') return { text: result.detail, goesOn: 'never' }
    const { attachment, uploadUrl, partBytes } = result
    this.#keep({ id: attachment.id, uploadUrl, partBytes })
    this.sent.value = 0
    return null
  }

  /** Room may come; a file stays what it is. */
  #refusal(reason: keyof FileWords['refusals']): UploadProblem {
    return { text: this.words.refusals[reason], goesOn: reason === 'QUOTA' ? 'when asked' : 'never' }
  }

  /** Sends the parts that the server has not got yet. It drops a part that breaks off, and tells where to go on. */
  async #send({ uploadUrl, partBytes }: NonNullable<KeptFile['begun']>, bytes: Blob): Promise<void> {
    while (this.sent.value < bytes.size) {
      const from = this.sent.value
      const headers = { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': String(from) }
      const body = bytes.slice(from, from + partBytes)
      const offset = await askTus(uploadUrl, 'PATCH', { headers, body, signal: this.#over.signal })
      if (offset === null) {
        // Its earlier parts are gone: another upload begins.
        this.#keep(null)
        throw new PassingFailure()
      }
      this.sent.value = offset
      this.problem.value = null
    }
  }

  /** Asks how much the server has. False if it knows nothing of the upload. */
  async #hasOffset(url: string): Promise<boolean> {
    const offset = await askTus(url, 'HEAD', { signal: this.#over.signal })
    this.sent.value = offset ?? 0
    return offset !== null
  }

  /** Waits until the server has looked at the file. */
  async #check(id: string): Promise<UploadProblem | null> {
    for (;;) {
      const { node } = await this.#request(UploadStateDocument, { id })
      const found = node?.__typename === 'Attachment' ? node : undefined
      if (found?.state === 'READY') {
        this.id.value = id
        return null
      }
      if (found?.state !== 'SCANNING') {
        this.#keep(null)
        if (found?.refusal) return this.#refusal(found.refusal)
        return { text: this.words.uploadFailed, goesOn: 'when asked' }
      }
      await this.#pause(CHECK_AGAIN_MS)
      if (this.#isOver()) return null
    }
  }

  /** Waits, no longer than until the connection is back. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const stop = new AbortController()
      const end = () => {
        clearTimeout(timer)
        stop.abort()
        resolve()
      }
      const timer = setTimeout(end, ms)
      addEventListener('online', end, { signal: stop.signal })
      this.#over.signal.addEventListener('abort', end, { signal: stop.signal })
    })
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof PassingFailure || (error instanceof ColloquyError && error.isPassing)
}
