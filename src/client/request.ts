import { anySignal } from './any-signal.ts'
import { type AnswerError, ColloquyError, requestErrorOf } from './errors.ts'

/** A string, or an object that is one. */
type OperationText = Pick<string, 'toString' | 'charAt'>

/**
 * The text of an operation that knows the types of its data and variables, as code generators make it
 * (`TypedDocumentString` of GraphQL Code Generator, for one).
 */
export type TypedDocument<Data, Variables> = OperationText & {
  __apiType?: (variables: Variables) => Data
}

/** Where requests go and as whom. */
export interface RequestTarget {
  url(): string
  token(): string | Promise<string>
  companyId: string | undefined
  fetch: typeof fetch
}

/** Sends one operation over HTTP and gives its data; throws ColloquyError. */
export type Request = <Data, Variables>(
  document: TypedDocument<Data, Variables>,
  ...more: Record<string, never> extends Variables
    ? [variables?: Variables, options?: RequestOptions]
    : [variables: Variables, options?: RequestOptions]
) => Promise<Data>

/** How long an operation is waited for. */
export interface RequestOptions {
  signal?: AbortSignal | undefined
}

/** The text of an operation; throws ColloquyError for a document that has been parsed. */
export function textOf(document: OperationText): string {
  if (typeof document === 'string' || document instanceof String) return document.toString()
  throw new ColloquyError('BAD_USER_INPUT', 'Give the text of the operation, not what was parsed of it.')
}

interface Answer {
  data?: unknown
  errors?: AnswerError[]
}

/** After it an answer is not waited for any more. */
const ANSWER_MS = 30_000

/** Creates what sends operations to the target. */
export function createRequest({ url, token, companyId, fetch }: RequestTarget): Request {
  return async (document, ...[variables, { signal } = {}]) => {
    const query = textOf(document)
    const ending = signalOf(signal)
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json',
      authorization: `Bearer ${await inTime(token, ending, signal)}`,
      ...(companyId !== undefined && { 'x-company-id': companyId }),
    }
    const body = JSON.stringify({ query, variables })
    const { status, answer } = await send(fetch, url(), { method: 'POST', headers, body }, ending).catch(
      (error) => {
        if (signal?.aborted) throw error
        throw new ColloquyError('UNAVAILABLE', `The server did not answer: ${String(error)}`, [], {
          cause: error,
        })
      },
    )
    if (answer?.errors?.length) throw requestErrorOf(answer.errors)
    if (answer?.data) return answer.data as never
    // Something between here and the server has answered in its stead.
    const code = status >= 500 || status === 429 ? 'UNAVAILABLE' : 'BAD_USER_INPUT'
    throw new ColloquyError(code, `The answer with status ${status} is not one of the API.`)
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

/** The token, unless the request ends before: whoever gives it may never come back. */
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

/** A network that is away keeps tokens from coming as well. */
function noToken(cause: unknown): ColloquyError {
  return new ColloquyError('UNAVAILABLE', `There is no access token: ${String(cause)}`, [], { cause })
}

/** Aborts with the signal, or when an answer is not waited for any more. */
export function signalOf(signal: AbortSignal | undefined): AbortSignal {
  const late = AbortSignal.timeout(ANSWER_MS)
  return signal ? anySignal(signal, late) : late
}
