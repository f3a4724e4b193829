import type { Context } from '../context.ts'
import { builder } from '../graphql/builder.ts'

/** Unread messages by kind of conversation. */
export interface UnreadCounts {
  total: number
  direct: number
  group: number
  broadcast: number
  global: number
  context: number
  mentions: number
}

/** The viewer's unread messages as of now. */
export async function unreadCounts({ loaders, viewer }: Context): Promise<UnreadCounts> {
  const rows = await loaders.unread.load(viewer.userId)
  const of = (kind: string) => rows.find((row) => row.kind === kind)?.unread ?? 0
  return {
    total: rows.reduce((sum, row) => sum + row.unread, 0),
    direct: of('DIRECT'),
    group: of('GROUP'),
    broadcast: of('BROADCAST'),
    global: of('GLOBAL'),
    context: of('CONTEXT'),
    mentions: rows.reduce((sum, row) => sum + row.mentions, 0),
  }
}

export const UnreadCountsRef = builder.objectRef<UnreadCounts>('UnreadCounts').implement({
  description: 'Unread messages. Muted conversations count only through their unread mentions.',
  fields: (t) => ({
    total: t.exposeInt('total', { description: 'In all conversations.' }),
    direct: t.exposeInt('direct', { description: 'In direct conversations.' }),
    group: t.exposeInt('group', { description: 'In groups.' }),
    broadcast: t.exposeInt('broadcast', { description: 'Broadcasts and replies to them.' }),
    global: t.exposeInt('global', { description: 'In conversations of the whole company.' }),
    context: t.exposeInt('context', { description: 'In conversations about a transaction, plan or topic.' }),
    mentions: t.exposeInt('mentions', { description: 'Unread messages that mention the viewer.' }),
  }),
})
