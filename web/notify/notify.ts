import type { Notification as NotifyEvent } from '../link/protocol.ts'
import type { Strings } from '../locales/en.ts'
import type { Session } from '../store/session.ts'
import { beep } from './sound.ts'

/** The texts of a notification, and the conversation that it opens. */
export interface Notice {
  title: string
  body: string
  conversationId: string | undefined
}

const MAX_BODY = 140

/** The words of a notification. */
export function noticeOf(event: NotifyEvent, text: Strings): Notice {
  if (event.__typename === 'BroadcastReceived') {
    const { subject, body, conversation } = event.broadcast
    return { title: subject, body: body.slice(0, MAX_BODY), conversationId: conversation?.id }
  }
  const { message, conversation } = event
  const author = message.author?.name ?? ''
  return {
    title: conversation.kind === 'DIRECT' ? author : `${author} · ${conversation.title}`,
    body: message.body?.slice(0, MAX_BODY) || text.files(message.attachments.length),
    conversationId: conversation.id,
  }
}

/** Shows a browser notification and plays the tone, as the person prefers. Called in one tab only. */
export function notify(session: Session, notice: Notice, onClick: () => void): void {
  const { sound, browserNotifications } = session.preferences.value
  if (sound) beep()
  const isHidden = document.visibilityState !== 'visible' || !document.hasFocus()
  if (!browserNotifications || !isHidden || typeof Notification !== 'function') return
  if (Notification.permission !== 'granted') return
  try {
    const shown = new Notification(notice.title, { body: notice.body, tag: notice.conversationId ?? '' })
    shown.onclick = () => {
      window.focus()
      shown.close()
      onClick()
    }
  } catch {
    // Some browsers allow notifications only to service workers.
  }
}
