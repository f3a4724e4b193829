import { type Signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { useUi } from '../ui/context.ts'
import { into } from '../ui/into.ts'
import type { BroadcastDraft, GroupChoice } from './draft.ts'
import { GroupsDocument } from './operations.ts'

const AGAIN_MS = 200

/** Groups to choose from, found by their names; those that are chosen stay in the list. */
export function GroupPicker({ draft }: { draft: Signal<BroadcastDraft> }) {
  const { session, text, attempt } = useUi()
  const search = useSignal('')
  const found = useSignal<readonly GroupChoice[]>([])
  const { groups: chosen } = draft.value
  useEffect(() => {
    const load = () =>
      attempt(async () => {
        const { groups } = await session.request(GroupsDocument, { search: search.value.trim() || null })
        found.value = groups.nodes
      })
    const timer = setTimeout(() => void load(), found.value.length > 0 ? AGAIN_MS : 0)
    return () => clearTimeout(timer)
  }, [search.value])
  const isChosen = ({ id }: GroupChoice) => chosen.some((group) => group.id === id)
  const toggle = (group: GroupChoice) => {
    const groups = isChosen(group) ? chosen.filter(({ id }) => id !== group.id) : [...chosen, group]
    draft.value = { ...draft.value, groups }
  }
  return (
    <div class="picker">
      <input
        class="field"
        type="search"
        aria-label={text.findGroups}
        placeholder={text.findGroups}
        value={search}
        onInput={into(search)}
      />
      <ul class="choices">
        {[...chosen, ...found.value.filter((group) => !isChosen(group))].map((group) => (
          <li key={group.id}>
            <label class="option">
              <input type="checkbox" checked={isChosen(group)} onChange={() => toggle(group)} />
              <bdi>{group.title}</bdi>
            </label>
          </li>
        ))}
      </ul>
    </div>
  )
}
