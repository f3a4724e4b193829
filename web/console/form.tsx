import type { Signal } from '@preact/signals'
import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { useConsole } from './context.ts'
import { TroubleBox } from './parts.tsx'
import type { Issue, Trouble } from './trouble.ts'
import type { Call } from './use-call.ts'

/** A control with its label, its hint, and what the server says is wrong with it. */
function Field({
  label,
  hint,
  issue,
  children,
}: {
  label: string
  hint?: string | undefined
  issue?: string | undefined
  children: (properties: {
    id: string
    'aria-describedby': string | undefined
    'aria-invalid': boolean
  }) => JSX.Element
}) {
  const id = useId()
  const about = [hint && `${id}h`, issue && `${id}i`].filter(Boolean).join(' ')
  return (
    <div class="labelled">
      <label for={id}>{label}</label>
      {children({ id, 'aria-describedby': about || undefined, 'aria-invalid': issue !== undefined })}
      {hint && (
        <small id={`${id}h`} class="quiet">
          {hint}
        </small>
      )}
      {issue && (
        <small id={`${id}i`} class="issue">
          {issue}
        </small>
      )}
    </div>
  )
}

type Texts = Record<string, string>

/** A text of a draft. */
export function TextField<Draft extends object>({
  draft,
  name,
  label,
  hint,
  trouble,
  issue = issueOf(trouble?.issues, name),
  lines,
  ...more
}: {
  draft: Signal<Draft>
  name: keyof Draft & string
  label: string
  hint?: string | undefined
  trouble?: Trouble | null
  /** The fault of it, where the trouble does not say so by its name. */
  issue?: string | undefined
  /** Height in lines, for longer texts. */
  lines?: number
  type?: 'text' | 'number' | 'datetime-local' | 'date' | 'time' | 'email' | 'search'
  required?: boolean
  list?: string
  min?: number
  max?: number | string
  maxLength?: number
  placeholder?: string | undefined
}) {
  const value = (draft.value as Texts)[name] ?? ''
  const shared = {
    class: 'field',
    dir: 'auto' as const,
    value,
    onInput: ({ currentTarget }: { currentTarget: { value: string } }) => {
      draft.value = { ...draft.value, [name]: currentTarget.value }
    },
  }
  return (
    <Field label={label} hint={hint} issue={issue}>
      {(properties) =>
        lines ? (
          <textarea {...properties} {...shared} rows={lines} {...pick(more)} />
        ) : (
          <input {...properties} {...shared} {...(more as { type: 'text' })} />
        )
      }
    </Field>
  )
}

function pick({
  required,
  maxLength,
  placeholder,
}: {
  required?: boolean
  maxLength?: number
  placeholder?: string | undefined
}) {
  return { required, maxLength, placeholder }
}

/** One of several choices of a draft. */
export function SelectField<Draft extends object>({
  draft,
  name,
  label,
  hint,
  options,
}: {
  draft: Signal<Draft>
  name: keyof Draft & string
  label: string
  hint?: string | undefined
  options: readonly (readonly [value: string, label: string])[]
}) {
  return (
    <Field label={label} hint={hint}>
      {(properties) => (
        <select
          {...properties}
          class="field"
          value={(draft.value as Texts)[name]}
          onChange={({ currentTarget }) => {
            draft.value = { ...draft.value, [name]: currentTarget.value }
          }}
        >
          {options.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}

/** A switch of a draft. */
export function SwitchField<Draft extends object>({
  draft,
  name,
  label,
  hint,
}: {
  draft: Signal<Draft>
  name: keyof Draft & string
  label: string
  hint?: string | undefined
}) {
  const isOn = Boolean((draft.value as Record<string, unknown>)[name])
  return (
    <label class="switch">
      <span class="option-text">
        <b>{label}</b>
        {hint && <small>{hint}</small>}
      </span>
      <input
        type="checkbox"
        role="switch"
        checked={isOn}
        aria-checked={isOn}
        onChange={({ currentTarget }) => {
          draft.value = { ...draft.value, [name]: currentTarget.checked }
        }}
      />
    </label>
  )
}

/** A form in a dialog. It closes with success, or when it is left; what was typed is kept. */
export function FormDialog({
  title,
  act,
  call,
  danger,
  onSubmit,
  onClose,
  children,
}: {
  title: string
  act: string
  call: Call
  danger?: boolean
  onSubmit: () => Promise<unknown>
  onClose: () => void
  children: ComponentChildren
}) {
  const { text } = useConsole()
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  async function submit(event: Event) {
    event.preventDefault()
    if (await call.run(onSubmit)) dialog.current?.close()
  }
  return (
    <dialog ref={dialog} class="dialog form-dialog" aria-label={title} onClose={onClose}>
      <form onSubmit={submit}>
        <h3>{title}</h3>
        {children}
        <TroubleBox trouble={call.trouble} />
        <div class="buttons">
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            {text.cancel}
          </button>
          <button type="submit" class={`button ${danger ? 'danger' : 'primary'}`} disabled={call.isBusy}>
            {act}
          </button>
        </div>
      </form>
    </dialog>
  )
}

function issueOf(issues: readonly Issue[] | undefined, name: string): string | undefined {
  return issues?.find(({ path }) => path.includes(name))?.detail
}
