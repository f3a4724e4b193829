import type { Connection } from './connection.ts'
import { ColloquyError, requestErrorOf, streamProblem } from './errors.ts'
import { type TypedDocument, textOf } from './request.ts'

/**
 * Sends one operation over the socket instead of HTTP and returns its data. Throws ColloquyError, or the signal's
 * reason.
 */
export function askOverSocket<Data, Variables extends object>(
  connection: Connection,
  {
    document,
    variables,
    signal,
  }: { document: TypedDocument<Data, Variables>; variables: Variables; signal: AbortSignal },
): Promise<Data> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const settle = (act: () => void) => {
      signal.removeEventListener('abort', leave)
      act()
      // A subscription that is not ended keeps the socket open.
      unsubscribe()
    }
    const leave = () => settle(() => reject(signal.reason))
    const unsubscribe = connection.subscribe(textOf(document), { ...variables } as Record<string, unknown>, {
      next: ({ data, errors }) =>
        settle(() => (data ? resolve(data as Data) : reject(requestErrorOf(errors ?? [])))),
      error: (reason) => settle(() => reject(streamProblem(reason))),
      complete: () =>
        settle(() => reject(new ColloquyError('UNAVAILABLE', 'The operation ended without an answer.'))),
    })
    signal.addEventListener('abort', leave)
  })
}
