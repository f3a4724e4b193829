import type { Signal } from '@preact/signals'
import { loadSettingWords } from '../locales/console/locale.ts'
import type { SettingWords } from '../locales/console/settings-en.ts'
import { useConsole, useDraft } from './context.ts'
import { SelectField, SwitchField, TextField } from './form.tsx'
import { Reading, TroubleBox } from './parts.tsx'
import { inputOf, type Setting, shownOf, valueAt } from './setting.ts'
import type { Trouble } from './trouble.ts'
import { type Call, useCall, useLoad } from './use-call.ts'

type Shown = Record<string, string | boolean>

/** Settings that belong together. */
export interface SettingGroup {
  title: string
  settings: readonly Setting[]
}

/** A form for settings. Only those that were changed are saved, so two people can change different ones. */
export function SettingsForm({
  name,
  from,
  groups,
  save,
}: {
  name: string
  /** The settings as they are. */
  from: object
  groups: readonly SettingGroup[]
  save: (input: object) => Promise<unknown>
}) {
  const { words, toast, locale } = useConsole()
  const labels = useLoad(() => loadSettingWords(locale))
  const changed = useDraft<Shown>(name, {})
  const call = useCall()
  const settings = groups.flatMap((group) => group.settings)
  const base = Object.fromEntries(settings.map((one) => [one.name, shownOf(one, valueAt(from, one.name))]))
  const draft = editing(base, changed)
  const count = Object.keys(changed.value).length
  async function submit(event: Event) {
    event.preventDefault()
    const isSaved = await call.run(() => save(inputOf(settings, changed.value)))
    if (!isSaved) return
    changed.value = {}
    toast.value = words.saved
  }
  if (!labels.data) return <Reading of={labels}>{() => null}</Reading>
  return (
    <form class="reading" onSubmit={submit}>
      {groups.map((group) => (
        <section key={group.title} class="group" aria-label={group.title}>
          <h3>{group.title}</h3>
          <div class="pair">
            {group.settings.map((one) => (
              <Control
                key={one.name}
                setting={one}
                words={labels.data?.[one.name as keyof SettingWords]}
                draft={draft}
                trouble={call.trouble}
              />
            ))}
          </div>
        </section>
      ))}
      {(count > 0 || call.trouble) && (
        <SaveBar
          call={call}
          count={count}
          onDiscard={() => {
            changed.value = {}
          }}
        />
      )}
    </form>
  )
}

/** The number of changes, and the buttons that save or discard them. */
function SaveBar({ call, count, onDiscard }: { call: Call; count: number; onDiscard: () => void }) {
  const { words, text } = useConsole()
  return (
    <div class="savebar">
      <TroubleBox trouble={call.trouble} />
      <span role="status">{words.changes(count)}</span>
      <div class="buttons">
        <button type="button" class="button" onClick={onDiscard}>
          {text.discard}
        </button>
        <button type="submit" class="button primary" disabled={call.isBusy || count === 0}>
          {text.save}
        </button>
      </div>
    </div>
  )
}

/** A draft that shows the settings as they are, and keeps what differs from them. */
function editing(base: Shown, changed: Signal<Shown>): Signal<Shown> {
  return {
    get value() {
      return { ...base, ...changed.value }
    },
    set value(next: Shown) {
      changed.value = Object.fromEntries(Object.entries(next).filter(([key, value]) => value !== base[key]))
    },
  } as Signal<Shown>
}

function Control({
  setting: { name, kind, min, max },
  words = [''],
  draft,
  trouble,
}: {
  setting: Setting
  words: readonly [label: string, hint?: string] | undefined
  draft: Signal<Shown>
  trouble: Trouble | null
}) {
  const { choices } = useConsole().words
  const [label, hint] = words
  const shared = { draft, name, label, hint }
  if (kind === 'switch') return <SwitchField {...shared} />
  if (typeof kind !== 'string') {
    const options = kind.map((one) => [one, choices[one as keyof typeof choices]] as const)
    return <SelectField {...shared} options={options} />
  }
  const last = name.split('.').at(-1) ?? name
  const issue = trouble?.issues.find(({ path }) => path.includes(last))?.detail
  if (kind === 'lines' || kind === 'limits') return <TextField {...shared} lines={4} issue={issue} />
  if (kind === 'text?') return <TextField {...shared} issue={issue} />
  if (kind === 'time?') return <TextField {...shared} type="time" issue={issue} />
  return (
    <TextField
      {...shared}
      type="number"
      issue={issue}
      required={kind === 'number'}
      {...(min !== undefined && { min })}
      {...(max !== undefined && { max })}
    />
  )
}
