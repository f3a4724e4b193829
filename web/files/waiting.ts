import { type Signal, signal } from '@preact/signals'
import type { Ui } from '../ui/context.ts'
import type { Upload } from './upload.ts'

type Lists = Map<string, Signal<readonly Upload[]>>

const lists = new WeakMap<AbortController, Lists>()

/** The files that wait in a conversation for the person who is signed in, whichever screen is open. */
export function waitingIn({ session }: Ui, conversationId: string): Signal<readonly Upload[]> {
  const all: Lists = lists.get(session.stay) ?? new Map()
  lists.set(session.stay, all)
  const key = `${session.scope} ${conversationId}`
  const list = all.get(key) ?? signal([])
  all.set(key, list)
  return list
}
