import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { useUi } from './context.ts'

/** Asks before something that cannot be taken back. Escape and the backdrop mean no. */
export function ConfirmDialog({
  question,
  act,
  children,
  onClose,
}: {
  question: string
  act: string
  /** Stands between the question and the answers. */
  children?: ComponentChildren
  onClose(agreed: boolean): void
}) {
  const { text } = useUi()
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-label={question}
      onClose={() => onClose(dialog.current?.returnValue === 'yes')}
    >
      <p>{question}</p>
      {children}
      <div class="buttons">
        <button type="button" class="button" onClick={() => dialog.current?.close('no')}>
          {text.cancel}
        </button>
        <button type="button" class="button danger" onClick={() => dialog.current?.close('yes')}>
          {act}
        </button>
      </div>
    </dialog>
  )
}
