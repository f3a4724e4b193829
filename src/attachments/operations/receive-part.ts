import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { Services } from '../../context.ts'
import { freeBytes } from '../../free-bytes.ts'
import { newId } from '../../ids.ts'
import { uploadedBytes, uploadParts } from '../../metrics/feature-metrics.ts'
import { FileRequestRefused } from '../errors.ts'
import { PART_BYTES, writePart } from '../file-content.ts'
import { contentOf } from '../file-location.ts'
import { addPart, dropLease, LEASE_SECONDS, takeLease, type UploadRow } from '../upload-row.ts'
import type { Linked } from './find-linked.ts'
import { holdLease } from './hold-lease.ts'

/** The body ended before its length, or its connection did. */
class BrokenOff extends Error {
  override readonly name = 'BrokenOff'
}

/**
 * Encrypts and stores the part of a request as it comes, and counts it once it is durable. One request at a time works on an
 * upload, at whichever server. The lease of the last part goes on, for the check. Throws FileRequestRefused.
 */
export async function receivePart(
  services: Services,
  linked: Linked,
  { offset, request }: { offset: number; request: IncomingMessage },
): Promise<{ stored: UploadRow; lease: string }> {
  const { keys, companyId, attachmentId, context } = linked
  const { tenant } = context
  const lease = newId()
  const at = { companyId, attachmentId, lease }
  const [upload] = await tenant.query(takeLease, { ...at, offset })
  if (!upload) throw busy()
  const held = holdLease(tenant, at)
  try {
    const content = contentOf(keys, companyId, { ...upload, content: 'upload' })
    const length = Math.min(PART_BYTES, upload.size - offset)
    await writePart(services.attachments.store, content, {
      offset,
      plain: wholeBody(request, length, held.signal),
      signal: held.signal,
    })
    const [stored] = await tenant.query(addPart, { ...at, offset, received: offset + length })
    if (!stored) throw busy()
    uploadParts.inc({ outcome: 'stored' })
    uploadedBytes.inc(length)
    return { stored, lease }
  } catch (error) {
    await tenant.query(dropLease, at).catch(() => {})
    if (held.signal.aborted) throw busy()
    uploadParts.inc({ outcome: error instanceof BrokenOff ? 'broken' : 'failed' })
    if (error instanceof BrokenOff) throw new FileRequestRefused(400, 'The part broke off and was dropped.')
    throw error
  } finally {
    held.end()
  }
}

function busy(): FileRequestRefused {
  return new FileRequestRefused(423, 'Another request is working on this upload. Try again in a moment.', {
    'retry-after': String(LEASE_SECONDS),
  })
}

/** The bytes of a body. Throws BrokenOff if there are fewer than were told, and once the signal aborts, however slowly they come. */
async function* wholeBody(
  request: IncomingMessage,
  length: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const aborted = once(signal, 'abort').then(() => {
    throw new BrokenOff()
  })
  aborted.catch(() => {})
  // The request stays open for its answer.
  const body = request.iterator({ destroyOnReturn: false })
  let received = 0
  for (;;) {
    const { done, value } = await Promise.race([body.next(), aborted]).catch(brokenOff)
    if (done) break
    received += value.length
    yield value
    freeBytes(value)
  }
  if (received !== length) throw new BrokenOff()
}

function brokenOff(): never {
  throw new BrokenOff()
}
