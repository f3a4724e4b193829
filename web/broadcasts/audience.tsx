import { type Signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { PeoplePicker } from '../people/people-picker.tsx'
import { useUi } from '../ui/context.ts'
import type { BroadcastDraft } from './draft.ts'
import { GroupPicker } from './group-picker.tsx'

const AUDIENCES = ['ALL', 'GROUPS', 'USERS'] as const

/** The people whom a broadcast goes to: all, some groups, or some people. */
export function Audience({ draft }: { draft: Signal<BroadcastDraft> }) {
  const { text } = useUi()
  const { audience } = draft.value
  return (
    <fieldset class="audience">
      <legend>{text.audience}</legend>
      <div class="segments">
        {AUDIENCES.map((name) => (
          <label key={name} class="segment">
            <input
              type="radio"
              name="audience"
              checked={audience === name}
              onChange={() => {
                draft.value = { ...draft.value, audience: name }
              }}
            />
            <span>{text.audiences[name]}</span>
          </label>
        ))}
      </div>
      {audience === 'GROUPS' && <GroupPicker draft={draft} />}
      {audience === 'USERS' && <People draft={draft} />}
    </fieldset>
  )
}

function People({ draft }: { draft: Signal<BroadcastDraft> }) {
  const chosen = useSignal(draft.value.people)
  useEffect(() => {
    draft.value = { ...draft.value, people: chosen.value }
  }, [chosen.value])
  return <PeoplePicker chosen={chosen} />
}
