import type { Signal } from '@preact/signals'
import { sizeOf } from '../composer/limits.ts'
import { useUi } from '../ui/context.ts'
import { Icon } from '../ui/icon.tsx'
import { Tool } from '../ui/tool.tsx'
import type { Upload } from './upload.ts'

/** The files that go with the message which is written: how far each is, why one has failed, and the way to drop it. */
export function UploadList({ files }: { files: Signal<readonly Upload[]> }) {
  const { text } = useUi()
  return (
    <ul class="files" aria-label={text.attached}>
      {files.value.map((upload) => (
        <UploadRow
          key={upload}
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
  const { text, locale } = useUi()
  const { file, problem, sent, id } = upload
  return (
    <li class="banner">
      <Icon name="link" size={16} />
      <p>
        <b dir="auto">{file.name}</b>
        {problem.value ? (
          <small role="alert">{problem.value}</small>
        ) : id.value ? (
          <small>{sizeOf(file.size, locale)}</small>
        ) : (
          <progress aria-label={file.name} max={file.size} value={sent.value || undefined} />
        )}
      </p>
      {problem.value && (
        <button type="button" class="link" onClick={() => void upload.start()}>
          {text.retry}
        </button>
      )}
      <Tool label={text.removeNamed(file.name)} icon="close" size={16} onClick={onRemove} />
    </li>
  )
}
