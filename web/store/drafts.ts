import type { Memory } from './memory.ts'

/** A message that is being written. */
export interface Draft {
  body: string
  subject?: string | undefined
  priority?: 'LOW' | 'NORMAL' | 'HIGH' | 'URGENT' | undefined
  parentId?: string | undefined
  mentions?: { id: string; name: string }[] | undefined
}

type Drafts = Record<string, Draft>

/** Returns the draft for a conversation, or an empty one. */
export function readDraft(memory: Memory, conversationId: string): Draft {
  return memory.read<Drafts>('drafts')?.[conversationId] ?? { body: '' }
}

/** Keeps a draft over page loads; an empty one is forgotten. */
export function writeDraft(memory: Memory, conversationId: string, draft: Draft): void {
  const { [conversationId]: _, ...others } = memory.read<Drafts>('drafts') ?? {}
  const isEmpty = draft.body === '' && !draft.subject && !draft.parentId
  memory.write('drafts', isEmpty ? others : { ...others, [conversationId]: draft })
}

/** The message that a draft becomes, with those mentions alone whose names are still in it. */
export function unsentOf({ body, subject, priority, parentId, mentions = [] }: Draft) {
  const mentionIds = mentions.filter(({ name }) => body.includes(`@${name}`)).map(({ id }) => id)
  return {
    body,
    ...(subject && { subject }),
    ...(priority && priority !== 'NORMAL' && { priority }),
    ...(parentId && { parentId }),
    ...(mentionIds.length > 0 && { mentionIds }),
  }
}
