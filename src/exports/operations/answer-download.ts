import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { Services } from '../../context.ts'
import { openFile } from '../../encryption/sealed-file.ts'
import { RequestError } from '../../errors.ts'
import { requestPath } from '../../http/request-target.ts'
import { FORMATS } from '../export-format.ts'
import { EXPORTS_PATH, FILES, MANIFEST } from '../export-link.ts'
import { manifestOf } from '../manifest.ts'
import { DownloadRefused, type FoundExport, findDownload } from './find-download.ts'
import { sendExportedFile } from './send-exported-file.ts'

/** The headers of all answers: not cached, not rendered, and the address, which is a credential, is not passed on. */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
}

/** Serves the links of createExportLink: the file of an export, decrypted as it is sent, and its manifest. */
export async function answerDownload(
  services: Services,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return refuse(response, 405, 'A link is read with GET.', { allow: 'GET, HEAD' })
    const rest = requestPath(request).slice(EXPORTS_PATH.length)
    const isManifest = rest.endsWith(MANIFEST)
    const [token = '', attachmentId] = isManifest ? [rest.slice(0, -MANIFEST.length)] : rest.split(FILES, 2)
    const found = await findDownload(services, token, request.headers.authorization)
    if (isManifest) sendManifest(request, response, found)
    else if (attachmentId === undefined) await sendFile(services, request, response, found)
    else await sendExportedFile(services, request, response, { ...found, attachmentId, headers: HEADERS })
  } catch (error) {
    if (response.headersSent || response.destroyed) {
      // The end of an answer that breaks off is missing, which its length tells.
      if (!request.destroyed) services.log.error({ err: error }, 'a download broke off')
      response.destroy()
    } else if (error instanceof DownloadRefused) refuse(response, error.status, error.message)
    else {
      if (!(error instanceof RequestError)) services.log.error({ err: error }, 'a download failed')
      refuse(response, 503, 'This does not work just now. Try again in a minute.', { 'retry-after': '60' })
    }
  }
}

function sendManifest(request: IncomingMessage, response: ServerResponse, found: FoundExport): void {
  const body = `${JSON.stringify(manifestOf(found), null, 2)}\n`
  response.writeHead(200, {
    ...HEADERS,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'content-disposition': `attachment; filename="${fileName(found)}.manifest.json"`,
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

async function sendFile(
  { exportFiles, keyring }: Services,
  request: IncomingMessage,
  response: ServerResponse,
  found: FoundExport,
): Promise<void> {
  const { companyId, fileId, bytes, checksum, format } = found
  const sealed = fileId && (await exportFiles.read(companyId, fileId))
  if (!sealed) throw new DownloadRefused(404, 'The file is no longer there.')
  const keys = await keyring.forCompany(companyId)
  response.writeHead(200, {
    ...HEADERS,
    'content-type': FORMATS[format].type,
    'content-length': Number(bytes),
    'content-disposition': `attachment; filename="${fileName(found)}"`,
    'repr-digest': `sha-256=:${Buffer.from(checksum ?? '', 'hex').toString('base64')}:`,
  })
  if (request.method === 'HEAD') response.end()
  else await pipeline(openFile(keys, fileId, sealed), response)
}

function fileName({ from, to, format }: FoundExport): string {
  const day = (at: Date) => at.toISOString().slice(0, 10)
  return `messages-${day(from)}-${day(to)}.${FORMATS[format].ending}`
}

function refuse(
  response: ServerResponse,
  status: number,
  detail: string,
  headers: Record<string, string> = {},
): void {
  const body = `${detail}\n`
  response.writeHead(status, {
    ...HEADERS,
    ...headers,
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}
