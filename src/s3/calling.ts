import { fileStoreFailures } from '../metrics/metrics.ts'

/** The names by which S3 says that an object or an upload is not there. */
const MISSING = /^(NoSuchKey|NoSuchUpload|NotFound)$/

/** The bucket does not answer just now, or refuses. */
export class StoreBusyError extends Error {
  override readonly name = 'StoreBusyError'
}

/** The object or the upload is not there. */
class MissingError extends Error {
  override readonly name = 'MissingError'
}

/** Waits for an answer of S3, and counts failures. Throws StoreBusyError. */
export async function calling<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) }
    // The caller has ended it.
    if (name === 'AbortError') throw error
    if (MISSING.test(name)) throw new MissingError(`S3 has no such object or upload (${name}).`)
    fileStoreFailures.inc({ reason: name })
    throw new StoreBusyError(`S3 has not done what was asked (${name}: ${message}).`)
  }
}

/** Null for an object or an upload that is not there; throws every other error. */
export function isMissing(error: unknown): null {
  if (error instanceof MissingError) return null
  throw error
}
