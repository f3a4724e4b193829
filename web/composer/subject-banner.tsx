import { previewOf } from '../files/preview.ts'
import type { Message } from '../store/types.ts'
import { useUi } from '../ui/context.ts'
import { Icon } from '../ui/icon.tsx'
import { Tool } from '../ui/tool.tsx'

/** The message that the composer answers or changes. */
export interface Subject {
  kind: 'reply' | 'edit'
  message: Message
}

/** Says which message is answered or changed, and stops that. */
export function SubjectBanner({
  subject: { kind, message },
  onCancel,
}: {
  subject: Subject
  onCancel(): void
}) {
  const { text } = useUi()
  return (
    <div class="banner">
      <Icon name={kind === 'edit' ? 'edit' : 'reply'} size={16} />
      <p>
        <b>{kind === 'edit' ? text.editing : text.replyingTo(message.author?.name ?? text.someone)}</b>
        <span dir="auto">{previewOf(message, text)}</span>
      </p>
      <Tool label={text.cancel} icon="close" size={16} onClick={onCancel} />
    </div>
  )
}
