import { type Signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { PeopleQuery } from '../api/operations.ts'
import { PeoplePicker } from '../people/people-picker.tsx'
import { newKey } from '../store/new-key.ts'
import { ownZone } from './broadcast-acts.tsx'
import { useConsole, useDraft } from './context.ts'
import { FormDialog, SelectField, SwitchField, TextField } from './form.tsx'
import { type BroadcastAudience, GroupsDocument, type Priority, SendDocument } from './operations.ts'
import { change } from './trouble.ts'
import { useCall, useLoad } from './use-call.ts'

type Found = PeopleQuery['users']['nodes'][number]

const MAX_SUBJECT = 200

const initial = () => ({
  subject: '',
  body: '',
  audience: 'ALL' as BroadcastAudience,
  priority: 'NORMAL' as Priority,
  localTime: '',
  repliesAllowed: true,
  emailOffline: false,
  // The same key for every attempt, so that one which was answered too late is not sent twice.
  idempotencyKey: newKey(),
})

/** Writes a broadcast, to be sent at once or at a wall-clock time. */
export function BroadcastDialog({ onDone, onClose }: { onDone: () => void; onClose: () => void }) {
  const { session, text, words, toast } = useConsole()
  const call = useCall()
  const draft = useDraft('broadcast', initial())
  const people = useDraft<readonly Found[]>('broadcast people', [])
  const groups = useDraft<readonly string[]>('broadcast groups', [])
  async function submit() {
    const { localTime, ...rest } = draft.value
    await change(session, SendDocument, {
      ...rest,
      ...(rest.audience === 'USERS' && { userIds: people.value.map(({ id }) => id) }),
      ...(rest.audience === 'GROUPS' && { groupIds: groups.value }),
      ...(localTime && { schedule: { localTime, timeZone: ownZone } }),
    } as never)
    toast.value = localTime ? words.broadcastStates.SCHEDULED : words.broadcastStates.SENT
    draft.value = initial()
    people.value = []
    groups.value = []
    onDone()
  }
  const { audience, localTime } = draft.value
  const act = localTime ? words.schedule : text.send
  return (
    <FormDialog title={words.newBroadcast} act={act} call={call} onSubmit={submit} onClose={onClose}>
      <TextField
        draft={draft}
        name="subject"
        label={words.subject}
        required
        maxLength={MAX_SUBJECT}
        trouble={call.trouble}
      />
      <TextField draft={draft} name="body" label={words.message} lines={5} required trouble={call.trouble} />
      <AudienceAndPriority draft={draft} />
      {audience === 'USERS' && <PeoplePicker chosen={people} />}
      {audience === 'GROUPS' && <GroupPicker chosen={groups} />}
      <TextField
        draft={draft}
        name="localTime"
        label={words.sendAt}
        hint={words.sendAtHint(ownZone)}
        type="datetime-local"
        trouble={call.trouble}
      />
      <SwitchField draft={draft} name="repliesAllowed" label={words.repliesAllowed} />
      <SwitchField draft={draft} name="emailOffline" label={words.emailOffline} />
    </FormDialog>
  )
}

function AudienceAndPriority({ draft }: { draft: Signal<ReturnType<typeof initial>> }) {
  const { text, words } = useConsole()
  const priorities = Object.entries(text.priorities)
  return (
    <div class="pair">
      <SelectField
        draft={draft}
        name="audience"
        label={words.audience}
        options={Object.entries(words.audiences)}
      />
      <SelectField draft={draft} name="priority" label={text.priority} options={priorities} />
    </div>
  )
}

/** The groups that the viewer can find, to choose from. */
function GroupPicker({ chosen }: { chosen: Signal<readonly string[]> }) {
  const { session, words, text } = useConsole()
  const search = useSignal('')
  const asked = useSignal('')
  useEffect(() => {
    const timer = setTimeout(() => {
      asked.value = search.value
    }, 200)
    return () => clearTimeout(timer)
  }, [search.value])
  const groups = useLoad(
    async () => (await session.request(GroupsDocument, { search: asked.value || null })).groups.nodes,
    [asked.value],
  )
  return (
    <fieldset class="labelled">
      <legend>{words.audiences.GROUPS}</legend>
      <input
        class="field"
        type="search"
        aria-label={text.searchConversations}
        placeholder={text.searchConversations}
        value={search.value}
        onInput={({ currentTarget }) => {
          search.value = currentTarget.value
        }}
      />
      <div class="checks">
        {groups.data?.map(({ id, title }) => (
          <label key={id}>
            <input
              type="checkbox"
              checked={chosen.value.includes(id)}
              onChange={({ currentTarget }) => {
                const others = chosen.value.filter((one) => one !== id)
                chosen.value = currentTarget.checked ? [...others, id] : others
              }}
            />
            <bdi>{title}</bdi>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
