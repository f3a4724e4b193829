import type { Client } from '../support/client.ts'

/** A department channel, and departments that change. */
export async function useChannels(ann: Client): Promise<void> {
  const CHANNEL = 'conversation { id departments allowedActions }'
  const made = await ann.mutate('createDepartmentChannel', { title: 'Crew', departments: ['Crew'] }, CHANNEL)
  const { id: conversationId } = made.conversation
  await ann.mutate(
    'updateDepartmentChannel',
    { conversationId, title: 'Staff', departments: ['Staff'] },
    CHANNEL,
  )
}
