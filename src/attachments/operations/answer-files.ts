import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Services } from '../../context.ts'
import { RequestError } from '../../errors.ts'
import { requestPath } from '../../http/request-target.ts'
import { FileRequestRefused } from '../errors.ts'
import { FILES_PATH, UPLOADS_PATH } from '../file-link.ts'
import { FileMissingError, UploadLostError } from '../file-store.ts'
import { answerFile } from './answer-file.ts'
import { answerUpload } from './answer-upload.ts'

/**
 * The headers of all answers: not cached, nothing in them runs, and the address, which is a credential, is not passed on. Any page
 * may ask, because the address is all that counts: a browser adds nothing to it.
 */
const HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; sandbox",
  'cross-origin-resource-policy': 'cross-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
  'access-control-allow-origin': '*',
  'access-control-expose-headers':
    'Tus-Resumable, Upload-Offset, Upload-Length, Upload-Expires, Content-Range, Content-Disposition, ETag, Retry-After',
}

/** Serves uploads by the tus protocol, and the links of createAttachmentLink. */
export async function answerFiles(
  services: Services,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
  const path = requestPath(request)
  try {
    if (path.startsWith(UPLOADS_PATH))
      await answerUpload(services, request, response, path.slice(UPLOADS_PATH.length))
    else await answerFile(services, request, response, path.slice(FILES_PATH.length))
  } catch (error) {
    refuse(services, request, response, error)
  }
}

function refuse(
  services: Services,
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
): void {
  if (response.headersSent || response.destroyed) {
    // The end of an answer that breaks off is missing, which its length tells.
    if (!request.destroyed) services.log.error({ err: error }, 'a download broke off')
    response.destroy()
  } else if (error instanceof FileRequestRefused) {
    sayNo(request, response, error.status, error.message, error.headers)
  } else if (error instanceof FileMissingError) sayNo(request, response, 404, 'There is no such file.')
  else if (error instanceof UploadLostError)
    sayNo(request, response, 410, 'Earlier parts of the upload are gone. Begin another.')
  else {
    if (!(error instanceof RequestError)) services.log.error({ err: error }, 'a request for a file failed')
    sayNo(request, response, 503, 'This does not work just now. Try again in a minute.', {
      'retry-after': '60',
    })
  }
}

/** A body that nobody reads is not waited for: the connection ends with the answer. */
function sayNo(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = `${detail}\n`
  response.writeHead(status, {
    ...headers,
    ...(request.complete ? {} : { connection: 'close' }),
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}
