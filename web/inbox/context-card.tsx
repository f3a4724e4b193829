import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { previewOf } from '../files/preview.ts'
import { findContext } from '../store/calls.ts'
import { useUi } from '../ui/context.ts'
import { Icon } from '../ui/icon.tsx'

/** The way to the conversation about the thing that the host's page shows. */
export function ContextCard() {
  const { session, context, text, go } = useUi()
  const found = useSignal<string | null>(null)
  const thing = context.value
  useEffect(() => {
    found.value = null
    if (!thing || session.phase.value !== 'ready') return
    findContext(session, thing).then(
      (conversation) => {
        found.value = conversation?.id ?? null
      },
      () => {},
    )
  }, [thing?.id, thing?.type, session.phase.value])
  if (!thing) return null
  const conversation = session.inbox.conversations.value.get(found.value ?? '')
  const last = conversation?.lastMessage
  return (
    <button
      type="button"
      class="context-card"
      onClick={() => go(found.value ? { name: 'thread', id: found.value } : { name: 'context' })}
    >
      <span class="context-icon">
        <Icon name="link" size={18} />
      </span>
      <span class="item-text">
        <b dir="auto">{text.about(thing.id)}</b>
        <small dir="auto">{(last && previewOf(last, text)) || text.startContext}</small>
      </span>
      {(conversation?.unreadCount ?? 0) > 0 && <span class="count">{conversation?.unreadCount}</span>}
    </button>
  )
}
