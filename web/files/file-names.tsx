import { sizeOf } from '../composer/limits.ts'
import styles from '../styles/files.css'
import { useUi } from '../ui/context.ts'
import { Icon } from '../ui/icon.tsx'

/** Files by name, type and size, for those who may know of them and not open them. */
export function FileNames({
  files,
}: {
  files: readonly { id: string; fileName: string; mediaType: string; size: number }[]
}) {
  const { text, locale, dress } = useUi()
  dress(styles)
  return (
    <ul class="files" aria-label={text.attached}>
      {files.map(({ id, fileName, mediaType, size }) => (
        <li key={id}>
          <Icon name="clip" size={16} /> <bdi>{fileName}</bdi>{' '}
          <small class="hint">
            {mediaType} · {sizeOf(size, locale)}
          </small>
        </li>
      ))}
    </ul>
  )
}
