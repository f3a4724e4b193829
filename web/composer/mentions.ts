import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { ParticipantsDocument, PeopleDocument } from '../api/operations.ts'
import type { Thread } from '../store/thread.ts'
import type { Person } from '../store/types.ts'
import { useUi } from '../ui/context.ts'

const MAX_SHOWN = 6
const OPEN_KINDS = ['GLOBAL', 'CONTEXT', 'BROADCAST']

/** The word after an @ at the caret. Undefined if there is none. */
export function mentionAt(text: string, caret: number): { from: number; search: string } | undefined {
  const found = /(?:^|\s)@([\p{L}\p{M}\p{N}'.-]{0,40}(?: [\p{L}\p{M}]{1,40})?)$/u.exec(text.slice(0, caret))
  return found ? { from: caret - (found[1]?.length ?? 0) - 1, search: found[1] ?? '' } : undefined
}

/** People to mention: those of the conversation, or of the company where everybody reads it. */
export function useMentions(thread: Thread, search: string | undefined) {
  const { session } = useUi()
  const people = useSignal<readonly Person[]>([])
  const kind = thread.conversation.value?.kind ?? 'GROUP'
  useEffect(() => {
    if (search === undefined) {
      people.value = []
      return
    }
    let isLate = false
    void load().then(
      (all) => {
        if (!isLate) people.value = all.filter(({ id }) => id !== session.me.value?.id).slice(0, MAX_SHOWN)
      },
      () => {},
    )
    return () => {
      isLate = true
    }
  }, [search, thread])

  async function load(): Promise<readonly Person[]> {
    if (OPEN_KINDS.includes(kind)) {
      return (await session.request(PeopleDocument, { search: search || null })).users.nodes
    }
    const { conversation } = await session.request(ParticipantsDocument, { id: thread.id })
    const wanted = (search ?? '').toLocaleLowerCase()
    const all = conversation?.participants.nodes.map(({ user }) => user) ?? []
    return all.filter(({ name }) => name.toLocaleLowerCase().includes(wanted))
  }
  return people
}
