import { useEffect, useRef } from 'preact/hooks'
import { FileLinkDocument } from '../api/operations.ts'
import { sizeOf } from '../composer/limits.ts'
import { call } from '../store/calls.ts'
import type { Session } from '../store/session.ts'
import type { Message } from '../store/types.ts'
import { type Ui, useUi } from '../ui/context.ts'
import { Icon } from '../ui/icon.tsx'

type Attachment = Message['attachments'][number]

/** Longer side of a picture in a message. */
const MAX_SIDE_PX = 240

/** The files of a message with their names, types and sizes, and pictures in small. A click opens or saves one. */
export function MessageFiles({ files }: { files: readonly Attachment[] }) {
  const ui = useUi()
  const { text, locale } = ui
  return (
    <ul class="files" aria-label={text.attached}>
      {files.map((file) => (
        <li key={file.id}>
          <button type="button" class="file" onClick={() => void open(ui, file)}>
            {!file.width && <Icon name="link" />}
            <span class="option-text">
              {file.width && file.height && (
                <Thumbnail id={file.id} width={file.width} height={file.height} />
              )}
              <bdi>{file.fileName}</bdi>
              <small>
                {file.mediaType} · {sizeOf(file.size, locale)}
              </small>
            </span>
          </button>
        </li>
      ))}
    </ul>
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
  const answer = await fetch(await linkTo(session, id, 'THUMBNAIL'))
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

async function linkTo(
  session: Session,
  attachmentId: string,
  variant: 'ORIGINAL' | 'THUMBNAIL',
): Promise<string> {
  return (await call(session, FileLinkDocument, { attachmentId, variant })).url
}
