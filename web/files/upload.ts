import { signal } from '@preact/signals'
import { BeginUploadDocument, type BeginUploadMutation, UploadStateDocument } from '../api/operations.ts'
import type { Ui } from '../ui/context.ts'

type Begun = Extract<BeginUploadMutation['result'], { __typename: 'CreateUploadPayload' }>

/** Pictures that the server writes anew, and makes small ones of. */
const PICTURE = /^image\/(png|jpeg|webp|gif|avif)$/
const TUS = { 'Tus-Resumable': '1.0.0' }
const MAX_FAILURES = 5
const AGAIN_MS = 2_000

/** A file on its way to the server, from its creation on. It can be sent once it has its id. */
export class Upload {
  readonly file: File
  /** Bytes that the server has. */
  readonly sent = signal(0)
  /** Why it has failed, in words. */
  readonly problem = signal('')
  readonly id = signal<string | null>(null)
  readonly #ui: Ui
  readonly #cancelled = new AbortController()
  #begun: Begun | undefined

  constructor(ui: Ui, file: File) {
    this.#ui = ui
    this.file = file
    void this.start()
  }

  /** Uploads the file, or goes on where it has failed. */
  async start(): Promise<void> {
    this.problem.value = ''
    this.problem.value = await this.#run().catch(() => this.#ui.text.uploadFailed)
  }

  /** Ends the upload and deletes it. One that cannot be reached is deleted by the server after a day. */
  cancel(): void {
    this.#cancelled.abort()
    if (this.#begun)
      void fetch(this.#begun.uploadUrl, { method: 'DELETE', headers: TUS, keepalive: true }).catch(() => {})
  }

  /** Returns why the server refuses the file; nothing once the file can be sent. */
  async #run(): Promise<string> {
    const { session, text } = this.#ui
    const { name, size, type } = this.file
    if (!this.#begun) {
      const input = { fileName: name, size, kind: PICTURE.test(type) ? 'IMAGE' : 'FILE' } as const
      const { result } = await session.request(BeginUploadDocument, { input })
      if (result.__typename === 'AttachmentRefusedError') return text.refusals[result.reason]
      if (result.__typename !== 'CreateUploadPayload') return result.detail
      this.#begun = result
    }
    const begun = this.#begun
    await this.#send(begun)
    return this.#check(begun.attachment.id)
  }

  /** Sends the parts that the server has not got yet. It drops a part that breaks off, and tells where to go on. */
  async #send({ uploadUrl, partBytes }: Begun): Promise<void> {
    let failures = 0
    await this.#ask(uploadUrl, 'HEAD')
    while (this.sent.value < this.file.size) {
      const from = this.sent.value
      const headers = { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': String(from) }
      const body = this.file.slice(from, from + partBytes)
      try {
        await this.#ask(uploadUrl, 'PATCH', headers, body)
        failures = 0
      } catch (error) {
        failures += 1
        if (failures > MAX_FAILURES) throw error
        await this.#pause()
        await this.#ask(uploadUrl, 'HEAD').catch(() => {})
      }
    }
  }

  /** Sends a request of the tus protocol, and notes how much the server has. Throws if it refuses or does not answer. */
  async #ask(
    url: string,
    method: 'HEAD' | 'PATCH',
    headers: Record<string, string> = {},
    body: Blob | null = null,
  ): Promise<void> {
    const { signal: cancelled } = this.#cancelled
    const answer = await fetch(url, { method, headers: { ...TUS, ...headers }, body, signal: cancelled })
    // It is gone, such as one that has waited for a day: the next attempt begins anew.
    if (answer.status === 404 || answer.status === 410) this.#begun = undefined
    if (!answer.ok) throw new Error(`The upload has failed with status ${answer.status}.`)
    this.sent.value = Number(answer.headers.get('Upload-Offset'))
  }

  /** Waits until the server has looked at the file. */
  async #check(id: string): Promise<string> {
    const { session, text } = this.#ui
    for (;;) {
      const { node } = await session.request(UploadStateDocument, { id })
      const found = node?.__typename === 'Attachment' ? node : undefined
      if (found?.state === 'READY') {
        this.id.value = id
        return ''
      }
      if (found?.state !== 'SCANNING') {
        this.#begun = undefined
        return found?.refusal ? text.refusals[found.refusal] : text.uploadFailed
      }
      await this.#pause()
    }
  }

  async #pause(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
    this.#cancelled.signal.throwIfAborted()
  }
}
