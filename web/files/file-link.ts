import { call } from '../store/calls.ts'
import type { Session } from '../store/session.ts'
import { FileLinkDocument } from './operations.ts'

/** Returns the address of a file or of its small picture, which holds for five minutes. Throws if the person may not see it. */
export async function linkTo(
  session: Session,
  attachmentId: string,
  variant: 'ORIGINAL' | 'THUMBNAIL',
): Promise<string> {
  return (await call(session, FileLinkDocument, { attachmentId, variant })).url
}

const ATTEMPTS = 2

/** Fetches a file or its small picture. A link that is over meanwhile, as on a slow line, is replaced once. Throws as linkTo. */
export async function openFile(
  session: Session,
  attachmentId: string,
  variant: 'ORIGINAL' | 'THUMBNAIL',
): Promise<Response> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await fetch(await linkTo(session, attachmentId, variant))
    if (answer.ok) return answer
    if (attempt === ATTEMPTS) throw new Error(`The file has failed to load with status ${answer.status}.`)
  }
}
