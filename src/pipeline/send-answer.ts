import type { ServerResponse } from 'node:http'
import { type ContentEncoding, compress } from '../http/content-encoding.ts'

/** Event streams are never held back to be compressed. */
const COMPRESSIBLE = /^(application\/(graphql-response\+)?json|text\/html)\b/
/** Below that, headers and the time it takes outweigh what is saved. */
const MIN_COMPRESSED_BYTES = 1024

/** The part of an answer before its body. */
export interface AnswerHead {
  status: number
  reason?: string
  headers: Record<string, string>
}

/** True for what is sent compressed to those who take it. */
export function isCompressible(contentType: string): boolean {
  return COMPRESSIBLE.test(contentType)
}

/** Sends an answer in this encoding, if it is long enough to be worth it. */
export async function sendEncoded(
  response: ServerResponse,
  { status, reason, headers }: AnswerHead,
  text: string,
  encoding: ContentEncoding,
): Promise<void> {
  const isWorthIt = Buffer.byteLength(text) >= MIN_COMPRESSED_BYTES
  const body = isWorthIt ? await compress(text, encoding) : text
  const { 'content-length': _, ...others } = headers
  response
    .writeHead(status, reason, { ...others, ...(isWorthIt && { 'content-encoding': encoding }) })
    .end(body)
}
