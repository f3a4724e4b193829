import type { Context } from '../../context.ts'

/** Numbers of unread messages by kind of conversation. */
export interface UnreadCounts {
  total: number
  direct: number
  group: number
  broadcast: number
  global: number
  context: number
  mentions: number
}

/** Counts the viewer's unread messages. */
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
