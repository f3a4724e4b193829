import type { Client } from '../support/client.ts'

/** Runs every kind of request about files once: one is uploaded, sent and read, one deleted. */
export async function sendEveryFile(by: Client, conversationId: string): Promise<void> {
  const begin = () =>
    by.mutate('createUpload', { fileName: 'a.txt', size: 4, kind: 'FILE' }, 'attachment { id } uploadUrl')
  const [{ attachment, uploadUrl }, other] = [await begin(), await begin()]
  await by.mutate('deleteUpload', { attachmentId: other.attachment.id })
  await by.mutate('createAttachmentLink', { attachmentId: other.attachment.id })
  const headers = {
    'tus-resumable': '1.0.0',
    'upload-offset': '0',
    'content-type': 'application/offset+octet-stream',
  }
  const address = by.url + new URL(uploadUrl).pathname
  const { status } = await fetch(address, { method: 'PATCH', headers, body: 'text' })
  if (status !== 204) throw new Error(`The part was answered with ${status}.`)
  await by.mutate('sendMessage', { conversationId, body: '', attachmentIds: [attachment.id] })
  const { url } = await by.mutate('createAttachmentLink', { attachmentId: attachment.id }, 'url')
  const file = await fetch(by.url + new URL(url).pathname)
  if ((await file.text()) !== 'text') throw new Error('The file is another one.')
}
