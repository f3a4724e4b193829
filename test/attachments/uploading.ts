import { type ClientRequest, request } from 'node:http'
import { expect, vi } from 'vitest'
import type { TestApp } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'

const ATTACHMENT = 'id kind fileName mediaType size width height durationMs state refusal'
export const TUS = { 'tus-resumable': '1.0.0' }

/** Begins an upload and gives the whole result. */
export function begin(by: Client, size: number, more: Record<string, unknown> = {}): Promise<Data> {
  const input = { fileName: 'report.bin', kind: 'FILE', size, ...more }
  return by.mutate(
    'createUpload',
    input,
    `attachment { ${ATTACHMENT} } uploadUrl partBytes expiresAt } ... on AttachmentRefusedError { reason`,
  )
}

/** Asks an address at this server, whatever its public address is. */
export function ask(app: TestApp, url: string, init: RequestInit = {}): Promise<Response> {
  return fetch(app.url + new URL(url).pathname, init)
}

/** Sends a part of an upload. */
export function patch(
  app: TestApp,
  url: string,
  offset: number,
  bytes: Uint8Array,
  init: RequestInit = {},
): Promise<Response> {
  const headers = {
    ...TUS,
    'content-type': 'application/offset+octet-stream',
    'upload-offset': String(offset),
  }
  return ask(app, url, {
    method: 'PATCH',
    body: Buffer.from(bytes),
    ...init,
    headers: { ...headers, ...init.headers },
  })
}

/** Begins to send a part, whose bytes the caller writes. */
export function startPart(app: { url: string }, url: string, offset: number, length: number): ClientRequest {
  const headers = {
    ...TUS,
    'content-type': 'application/offset+octet-stream',
    'upload-offset': String(offset),
    'content-length': String(length),
  }
  const part = request(app.url + new URL(url).pathname, { method: 'PATCH', headers })
  part.on('error', () => {})
  return part
}

/** Uploads bytes in parts, and gives the attachment as it is after the check. */
export async function upload(
  app: TestApp,
  by: Client,
  bytes: Uint8Array,
  more: Record<string, unknown> = {},
): Promise<Data> {
  const begun = await begin(by, bytes.length, more)
  if (begun.__typename !== 'CreateUploadPayload') throw new Error(`Not begun: ${JSON.stringify(begun)}`)
  for (let offset = 0; offset < bytes.length; offset += begun.partBytes) {
    const sent = await patch(app, begun.uploadUrl, offset, bytes.subarray(offset, offset + begun.partBytes))
    expect([sent.status, await sent.text()]).toEqual([204, ''])
  }
  return checked(by, begun.attachment.id)
}

/** Waits until an upload is checked, and gives it. */
function checked(by: Client, id: string): Promise<Data> {
  return vi.waitFor(
    async () => {
      const attachment = await attachmentOf(by, id)
      expect(['UPLOADING', 'SCANNING']).not.toContain(attachment?.state)
      return attachment
    },
    { timeout: 30_000, interval: 30 },
  )
}

/** Gives an attachment, null for those who may not see it. */
export async function attachmentOf(by: Client, id: string): Promise<Data> {
  const { node } = await by.run(
    `query ($id: ID!) { node(id: $id) { ... on Attachment { ${ATTACHMENT} } } }`,
    { id },
  )
  return node
}

/** Creates a link and gives the whole result. */
export function link(by: Client, attachmentId: string, variant?: string): Promise<Data> {
  return by.mutate('createAttachmentLink', { attachmentId, ...(variant && { variant }) }, 'url expiresAt')
}

/** Reads a file through a link of its own. */
export async function download(
  app: TestApp,
  by: Client,
  attachmentId: string,
  init: RequestInit = {},
): Promise<Response> {
  const { url } = await link(by, attachmentId)
  return ask(app, url, init)
}

/** Sends files and gives the whole result. */
export function sendFiles(
  by: Client,
  to: { conversationId: string } | { recipientId: string },
  attachmentIds: string[],
  more: Record<string, unknown> = {},
): Promise<Data> {
  return by.mutate(
    'sendMessage',
    { ...to, body: '', attachmentIds, ...more },
    `message { id seq body attachments { ${ATTACHMENT} } } conversation { id }`,
  )
}

/** The bytes of an answer. */
export async function bytesOf(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer())
}
