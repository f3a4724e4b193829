import type { Client, Data } from '../support/client.ts'
import { SEEN } from './seen-conversation.ts'

/** Opens the conversation of an invoice. */
export const open = (client: Client, more: Data = {}): Promise<Data> =>
  client.mutate(
    'openContextConversation',
    { type: 'TRANSACTION', contextId: 'INV-1', title: 'Invoice 1', ...more },
    `conversation { ${SEEN} context { type contextId } sensitivity }`,
  )

/** Finds it. */
export const find = async (client: Client): Promise<Data> =>
  (await client.run(`{ contextConversation(type: TRANSACTION, contextId: "INV-1") { ${SEEN} } }`))
    .contextConversation
