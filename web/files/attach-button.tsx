import { useRef } from 'preact/hooks'
import { useUi } from '../ui/context.ts'
import { Tool } from '../ui/tool.tsx'

/** Lets a person choose files. */
export function AttachButton({ onChoose }: { onChoose(files: Iterable<File>): void }) {
  const { text } = useUi()
  const field = useRef<HTMLInputElement>(null)
  return (
    <>
      <input
        ref={field}
        type="file"
        multiple
        hidden
        onChange={({ currentTarget }) => {
          onChoose(currentTarget.files ?? [])
          // The same file may be chosen again.
          currentTarget.value = ''
        }}
      />
      <Tool label={text.attach} icon="clip" onClick={() => field.current?.click()} />
    </>
  )
}
