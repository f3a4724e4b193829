import type { Unsent } from '../store/outbox.ts'
import { useUi } from '../ui/context.ts'
import { Icon } from '../ui/icon.tsx'

/** A message on its way, or one that was refused and can be sent again. */
export function PendingMessage({ entry }: { entry: Unsent }) {
  const { text, messaging } = useUi()
  const { key, body, refused, subject, attachmentIds } = entry
  return (
    <article
      class={`message own first ${refused === null ? 'sending' : 'failed'}`}
      data-key={key}
      tabIndex={-1}
      aria-label={text.you}
    >
      <div class="message-body">
        <div class="bubble">
          {subject && <p class="subject">{subject}</p>}
          <p class="text" dir="auto">
            {body}
          </p>
          {attachmentIds?.length ? <p class="subject">{text.files(attachmentIds.length)}</p> : null}
        </div>
        {refused === null ? (
          <p class="status">
            <Icon name="clock" size={14} />
            {text.sending}
          </p>
        ) : (
          <div class="status refused" role="alert">
            <Icon name="warning" size={14} />
            <span>
              {text.notSent}
              {refused && `: ${refused}`}
            </span>
            <button type="button" class="link" onClick={() => messaging.outbox?.retry(key)}>
              {text.retry}
            </button>
            <button type="button" class="link" onClick={() => messaging.outbox?.discard(key)}>
              {text.discard}
            </button>
          </div>
        )}
      </div>
    </article>
  )
}
