import type { Signal } from '@preact/signals'
import type { JSX } from 'preact'
import { useId } from 'preact/hooks'
import type { Issue, Trouble } from './trouble.ts'

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
  lines,
  ...more
}: {
  draft: Signal<Draft>
  name: keyof Draft & string
  label: string
  hint?: string | undefined
  trouble?: Trouble | null
  /** Height in lines, for longer texts. */
  lines?: number
  type?: 'text' | 'number' | 'datetime-local' | 'date' | 'time' | 'email' | 'search'
  required?: boolean
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
    <Field label={label} hint={hint} issue={issueOf(trouble?.issues, name)}>
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

function issueOf(issues: readonly Issue[] | undefined, name: string): string | undefined {
  return issues?.find(({ path }) => path.includes(name))?.detail
}
