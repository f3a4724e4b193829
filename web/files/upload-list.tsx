import type { Signal } from '@preact/signals'
import { sizeOf } from '../composer/limits.ts'
import styles from '../styles/files.css'
import { useUi } from '../ui/context.ts'
import { Icon } from '../ui/icon.tsx'
import { Tool } from '../ui/tool.tsx'
import { clockOf } from '../voice/clock.ts'
import type { Upload } from './upload.ts'

/** The files that wait in a conversation: how far each is, why one does not go on, and the way to drop it. */
export function UploadList({ files }: { files: Signal<readonly Upload[]> }) {
  const { text, dress } = useUi()
  dress(styles)
  return (
    <ul class="files" aria-label={text.attached}>
      {files.value.map((upload) => (
        <UploadRow
          key={upload.kept.key}
          upload={upload}
          onRemove={() => {
            upload.cancel()
            files.value = files.value.filter((one) => one !== upload)
          }}
        />
      ))}
    </ul>
  )
}

function UploadRow({ upload, onRemove }: { upload: Upload; onRemove(): void }) {
  const { text } = useUi()
  const { kept, problem, words } = upload
  const name = kept.durationMs === undefined ? kept.name : words.voiceNote
  return (
    <li class="banner">
      <Icon name={kept.durationMs === undefined ? 'link' : 'mic'} size={16} />
      <p>
        <b dir="auto">{name}</b>
        <Progress upload={upload} name={name} />
      </p>
      {problem.value?.goesOn === 'when asked' && (
        <button type="button" class="link" onClick={() => void upload.start()}>
          {text.retry}
        </button>
      )}
      <Tool label={text.removeNamed(name)} icon="close" size={16} onClick={onRemove} />
    </li>
  )
}

function Progress({ upload, name }: { upload: Upload; name: string }) {
  const { locale } = useUi()
  const { kept, problem, sent, id, words } = upload
  if (problem.value)
    return (
      <small role={problem.value.goesOn === 'by itself' ? 'status' : 'alert'}>{problem.value.text}</small>
    )
  if (id.value) return <small>{kept.durationMs ? clockOf(kept.durationMs) : sizeOf(kept.size, locale)}</small>
  if (sent.value === kept.size) return <small role="status">{words.checking}</small>
  return <progress aria-label={name} max={kept.size} value={sent.value || undefined} />
}
