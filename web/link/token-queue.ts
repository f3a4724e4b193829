import { ColloquyError, type ErrorCode } from '../../src/client/errors.ts'
import type { FromHub, ToHub } from './protocol.ts'

type Answer = Extract<ToHub, { type: 'token' | 'no-token' }>

/** Asks a tab for access tokens: only pages have the cookies of their host. */
export interface TokenQueue {
  ask(): Promise<string>
  answer(answer: Answer): void
  /** Puts open questions again, because the tab that was asked may be gone. */
  repeat(): void
}

/** Creates a queue that puts its questions by `post`. */
export function createTokenQueue(post: (message: FromHub) => void): TokenQueue {
  const open = new Map<number, { resolve(token: string): void; reject(error: unknown): void }>()
  let last = 0
  return {
    ask: () =>
      new Promise((resolve, reject) => {
        last += 1
        open.set(last, { resolve, reject })
        post({ type: 'token-wanted', ask: last })
      }),
    answer(answer) {
      const asker = open.get(answer.ask)
      open.delete(answer.ask)
      if (answer.type === 'token') asker?.resolve(answer.token)
      else asker?.reject(new ColloquyError(answer.problem.code as ErrorCode, answer.problem.message))
    },
    repeat() {
      for (const ask of open.keys()) post({ type: 'token-wanted', ask })
    },
  }
}
