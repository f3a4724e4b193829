import { useEffect, useRef } from 'preact/hooks'
import { sizeOf } from '../composer/limits.ts'
import type { Session } from '../store/session.ts'
import type { Message } from '../store/types.ts'
import styles from '../styles/files.css'
import { type Ui, useUi } from '../ui/context.ts'
import { Icon } from '../ui/icon.tsx'
import { VoicePlayer } from '../voice/voice-player.tsx'
import { linkTo, openFile } from './file-link.ts'

type Attachment = Message['attachments'][number]

/** Longer side of a picture in a message. */
const MAX_SIDE_PX = 240
/** Voice notes up to this are played in place; they are decoded whole. Others are files. */
const MAX_PLAYED_MS = 15 * 60_000
/** Eight times what a browser records. The sender claims the duration: a file of more bytes than it takes lasts longer. */
const MAX_BYTES_PER_MS = 32
const MAX_PLAYED_BYTES = 8 * 1024 * 1024
const HEADER_BYTES = 16 * 1024

/** The files of a message with their names, types and sizes, and pictures in small. A click opens or saves one. */
export function MessageFiles({ files }: { files: readonly Attachment[] }) {
  const { text, dress } = useUi()
  dress(styles)
  return (
    <ul class="files" aria-label={text.attached}>
      {files.map((file) => (
        <li key={file.id} class={isPlayed(file) ? 'voice-place' : undefined}>
          {isPlayed(file) ? (
            <VoicePlayer id={file.id} durationMs={file.durationMs ?? 0} />
          ) : (
            <FileRow file={file} />
          )}
        </li>
      ))}
    </ul>
  )
}

function isPlayed({ durationMs, size }: Attachment): boolean {
  if (durationMs === null || durationMs > MAX_PLAYED_MS) return false
  return size <= Math.min(MAX_PLAYED_BYTES, HEADER_BYTES + durationMs * MAX_BYTES_PER_MS)
}

function FileRow({ file }: { file: Attachment }) {
  const ui = useUi()
  const { id, width, height, fileName, mediaType, size } = file
  return (
    <button type="button" class="file" onClick={() => void open(ui, file)}>
      {!width && <Icon name="link" />}
      <span class="option-text">
        {width && height && <Thumbnail id={id} width={width} height={height} />}
        <bdi>{fileName}</bdi>
        <small>
          {mediaType} · {sizeOf(size, ui.locale)}
        </small>
      </span>
    </button>
  )
}

/**
 * A picture in small, fetched when it is seen. Its room is taken from the beginning, so that nothing moves. It is drawn, because a
 * page's policy that allows to connect to the server need not allow its pictures then.
 */
function Thumbnail({ id, width, height }: { id: string; width: number; height: number }) {
  const { session } = useUi()
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const box = canvas.current
    if (!box) return
    const watch = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return
      watch.disconnect()
      // The row below has the name, and opens the picture.
      draw(session, id, box).catch(() => {})
    })
    watch.observe(box)
    return () => watch.disconnect()
  }, [id])
  const shown = width * Math.min(1, MAX_SIDE_PX / Math.max(width, height))
  const style = { width: `${shown}px`, aspectRatio: `${width} / ${height}` }
  return <canvas ref={canvas} class="thumbnail" style={style} />
}

async function draw(session: Session, id: string, box: HTMLCanvasElement): Promise<void> {
  const answer = await openFile(session, id, 'THUMBNAIL')
  const picture = await createImageBitmap(await answer.blob())
  box.width = picture.width
  box.height = picture.height
  box.getContext('2d')?.drawImage(picture, 0, 0)
}

/** Shows a picture in a tab of its own, and saves any other file. */
function open({ session, attempt }: Ui, { id, fileName, width }: Attachment): Promise<boolean> {
  return attempt(async () => {
    const link = document.createElement('a')
    link.href = await linkTo(session, id, 'ORIGINAL')
    link.target = '_blank'
    link.rel = 'noopener'
    if (!width) link.download = fileName
    link.click()
  })
}
