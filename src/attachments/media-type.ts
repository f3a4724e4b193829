import { isUtf8 } from 'node:buffer'
import { fileTypeFromBuffer } from 'file-type'
import type { AttachmentKind } from './attachment-row.ts'

/** Bytes of the beginning of a file by which its type is told. */
export const TELLING_BYTES = 64 * 1024

/** Types in which nothing can run, so that a browser may show them in place. */
const SHOWN = /^(image\/(png|jpeg|gif|webp|avif)|audio\/[\w.+-]+|video\/(mp4|webm|ogg|quicktime))$/
/** Containers of video in which browsers record sound. */
const RECORDED: Readonly<Record<string, string>> = {
  'video/webm': 'audio/webm',
  'video/x-matroska': 'audio/webm',
  'video/mp4': 'audio/mp4',
  'application/ogg': 'audio/ogg',
}
const OTHER = 'application/octet-stream'
/** Control characters that no text holds: all but tab, line breaks, form feed and escape. */
const isBinary = (byte: number) => byte < 0x20 && ![0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1b].includes(byte)

/** Tells the type of a file by its first bytes, never by its name. Markup and scripts are text, which no browser runs. */
export async function mediaTypeOf(head: Buffer, kind: AttachmentKind): Promise<string> {
  const found = (await fileTypeFromBuffer(head))?.mime
  if (found === undefined) return isText(head) ? 'text/plain' : OTHER
  if (/xml|html|svg|javascript/.test(found) && !found.includes('openxml')) return 'text/plain'
  return kind === 'VOICE' ? (RECORDED[found] ?? found) : found
}

/** True if a browser may show a file of this type instead of saving it. */
export function mayBeShown(mediaType: string): boolean {
  return SHOWN.test(mediaType)
}

/** True if a file of this type can be an attachment of this kind. */
export function isOfKind(mediaType: string, kind: AttachmentKind): boolean {
  if (kind === 'IMAGE') return mediaType.startsWith('image/')
  return kind === 'FILE' || mediaType.startsWith('audio/')
}

/** True if the operator's list, such as `image/*` and `application/pdf`, has the type. An empty list has all. */
export function isAccepted(mediaType: string, accepted: readonly string[]): boolean {
  return (
    accepted.length === 0 ||
    accepted.some((each) =>
      each.endsWith('/*') ? mediaType.startsWith(each.slice(0, -1)) : mediaType === each,
    )
  )
}

function isText(head: Buffer): boolean {
  // The last character may be cut off after one to three of its bytes.
  const cuts = head.length < TELLING_BYTES ? [0] : [0, 1, 2, 3]
  return cuts.some((cut) => isUtf8(head.subarray(0, head.length - cut))) && !head.some(isBinary)
}
