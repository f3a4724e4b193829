import { ColloquyError } from '../../src/client/errors.ts'
import type { TypedDocument } from '../../src/client/request.ts'
import type { Words } from '../locales/console/en.ts'
import type { Session } from '../store/session.ts'

/** A problem of an input; the path leads to it. */
export interface Issue {
  path: readonly string[]
  detail: string
}

/** A failure in words: what happened, and what to do. */
export interface Trouble {
  title: string
  detail: string
  /** Time from which another attempt may succeed, in milliseconds. */
  againAt: number
  issues: readonly Issue[]
}

type Answer = { result: { __typename: string; detail?: string; issues?: readonly Issue[] } }

/** The server has refused a change by a member of the union. */
class RefusedError extends Error {
  readonly type: string
  readonly issues: readonly Issue[]

  constructor({ __typename, detail, issues = [] }: Answer['result']) {
    super(detail)
    this.type = __typename
    this.issues = issues
  }
}

/** Sends a mutation whose field is called `result`, and returns its payload. Throws RefusedError, or ColloquyError. */
export async function change<Data extends Answer, Variables extends { input: unknown }>(
  session: Session,
  document: TypedDocument<Data, Variables>,
  input: Variables['input'],
): Promise<Exclude<Data['result'], { detail: string }>> {
  const { result } = await session.request(document, { input } as Variables)
  if (typeof result.detail === 'string') throw new RefusedError(result)
  return result as Exclude<Data['result'], { detail: string }>
}

/** Says a failure in words. */
export function troubleOf(error: unknown, words: Words): Trouble {
  const title = (name: string) => words.troubles[name as keyof Words['troubles']] ?? words.failed
  if (error instanceof RefusedError) {
    const { type, message, issues } = error
    return { title: title(type), detail: message, againAt: 0, issues }
  }
  if (!(error instanceof ColloquyError)) {
    return { title: words.failed, detail: String(error), againAt: 0, issues: [] }
  }
  const { code, retryAfterMs, message } = error
  const detail =
    code === 'UNAVAILABLE' ? words.unavailable : code === 'UNAUTHENTICATED' ? words.signInAgain : message
  return { title: title(code), detail, againAt: retryAfterMs ? Date.now() + retryAfterMs : 0, issues: [] }
}
