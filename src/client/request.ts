import { anySignal } from './any-signal.ts'
import { type AnswerError, ColloquyError, requestErrorOf } from './errors.ts'

/** A string, or an object that behaves like one. */
type OperationText = Pick<string, 'toString' | 'charAt'>

/**
 * The text of an operation with the types of its data and variables, as code generators create it (for example
 * `TypedDocumentString` of GraphQL Code Generator).
 */
export type TypedDocument<Data, Variables> = OperationText & {
  __apiType?: (variables: Variables) => Data
}

/** The server and the identity of requests. */
export interface RequestTarget {
  url(): string
  token(): string | Promise<string>
  companyId: string | undefined
  fetch: typeof fetch
}

/** Sends one operation over HTTP and returns its data. Throws ColloquyError. */
export type Request = <Data, Variables>(
  document: TypedDocument<Data, Variables>,
  ...more: Record<string, never> extends Variables
    ? [variables?: Variables, options?: RequestOptions]
    : [variables: Variables, options?: RequestOptions]
) => Promise<Data>

/** The signal that ends waiting for an answer. */
export interface RequestOptions {
  signal?: AbortSignal | undefined
}

/** Returns the text of an operation. Throws ColloquyError for a parsed document. */
export function textOf(document: OperationText): string {
  if (typeof document === 'string' || document instanceof String) return document.toString()
  throw new ColloquyError('BAD_USER_INPUT', 'Give the text of the operation, not what was parsed of it.')
}

interface Answer {
  data?: unknown
  errors?: AnswerError[]
}

/** Maximum time to wait for an answer. */
const ANSWER_MS = 30_000

/** Creates a function that sends operations to the target. */
export function createRequest(target: RequestTarget): Request {
  return async (document, ...[variables, { signal } = {}]) => {
    const query = textOf(document)
    const ending = signalOf(signal)
    const headers = { ...(await headersFor(target, signal, ending)), accept: 'application/json' }
    const body = JSON.stringify({ query, variables })
    const { status, answer } = await send(
      target.fetch,
      target.url(),
      { method: 'POST', headers, body },
      ending,
    ).catch((error) => {
      if (signal?.aborted) throw error
      throw new ColloquyError('UNAVAILABLE', `The server did not answer: ${String(error)}`, [], {
        cause: error,
      })
    })
    if (answer?.errors?.length) throw requestErrorOf(answer.errors)
    if (answer?.data) return answer.data as never
    // A proxy in front of the server has answered.
    const code = status >= 500 || status === 429 ? 'UNAVAILABLE' : 'BAD_USER_INPUT'
    throw new ColloquyError(code, `The answer with status ${status} is not one of the API.`)
  }
}

/** Returns the headers of an operation. Throws ColloquyError if there is no token, also none in time. */
export async function headersFor(
  { token, companyId }: RequestTarget,
  signal: AbortSignal | undefined,
  ending = signalOf(signal),
): Promise<Record<string, string>> {
  return {
    'content-type': 'application/json',
    authorization: `Bearer ${await inTime(token, ending, signal)}`,
    ...(companyId !== undefined && { 'x-company-id': companyId }),
  }
}

async function send(
  fetch: RequestTarget['fetch'],
  url: string,
  request: RequestInit,
  signal: AbortSignal,
): Promise<{ status: number; answer: Answer | undefined }> {
  const response = await fetch(url, { ...request, signal })
  const text = await response.text()
  return { status: response.status, answer: readJson(text) }
}

function readJson(text: string): Answer | undefined {
  try {
    return JSON.parse(text) as Answer
  } catch {
    return undefined
  }
}

/** Returns the token, or fails when the request ends first, because the token may never arrive. */
function inTime(
  token: RequestTarget['token'],
  ending: AbortSignal,
  signal: AbortSignal | undefined,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const end = () =>
      reject(
        signal?.aborted
          ? signal.reason
          : new ColloquyError('UNAVAILABLE', 'The access token did not come in time.'),
      )
    if (ending.aborted) return end()
    ending.addEventListener('abort', end)
    Promise.resolve()
      .then(token)
      .then(resolve, (cause) => reject(cause instanceof ColloquyError ? cause : noToken(cause)))
      .finally(() => ending.removeEventListener('abort', end))
  })
}

/** A network failure prevents the token from being fetched as well, so it counts as one. */
function noToken(cause: unknown): ColloquyError {
  return new ColloquyError('UNAVAILABLE', `There is no access token: ${String(cause)}`, [], { cause })
}

/** Returns a signal that aborts with the given one, or after the maximum time to wait for an answer. */
export function signalOf(signal: AbortSignal | undefined): AbortSignal {
  const late = AbortSignal.timeout(ANSWER_MS)
  return signal ? anySignal(signal, late) : late
}
