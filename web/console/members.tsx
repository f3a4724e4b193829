import { type Signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { useConsole, useDraft } from './context.ts'
import { FormDialog, TextField } from './form.tsx'
import { MemberDialog } from './member-dialog.tsx'
import { EraseDocument, MembersDocument, type MembersQuery } from './operations.ts'
import { Listing, Moment, Person, SectionHead, Tag } from './parts.tsx'
import { Table } from './table.tsx'
import { change } from './trouble.ts'
import { useCall, usePages } from './use-call.ts'

/** A person of the company, as the list shows them. */
export type Member = MembersQuery['members']['nodes'][number]

const SEARCH_MS = 250

/** The people of the company: their roles, and whether they may sign in. */
export function Members() {
  const { session, words } = useConsole()
  const asked = useSignal('')
  const edited = useSignal<Member | 'new' | null>(null)
  const erased = useSignal<Member | null>(null)
  const pages = usePages<Member>(
    async (after) => (await session.request(MembersDocument, { search: asked.value || null, after })).members,
    [asked.value],
  )
  const close = () => {
    edited.value = null
    erased.value = null
  }
  return (
    <>
      <SectionHead title={words.sections.members} hint={words.membersHint}>
        <button
          type="button"
          class="button primary"
          onClick={() => {
            edited.value = 'new'
          }}
        >
          {words.newMember}
        </button>
      </SectionHead>
      <MemberSearch asked={asked} />
      <Listing of={pages} icon="group" empty={words.noneFound}>
        {(members) => (
          <MemberTable
            members={members}
            onEdit={(member) => {
              edited.value = member
            }}
            onErase={(member) => {
              erased.value = member
            }}
          />
        )}
      </Listing>
      {edited.value && (
        <MemberDialog
          of={edited.value === 'new' ? null : edited.value}
          onDone={pages.reload}
          onClose={close}
        />
      )}
      {erased.value && <EraseDialog of={erased.value} onDone={pages.reload} onClose={close} />}
    </>
  )
}

/** The field of a search, which is asked for once a person has stopped typing. */
function MemberSearch({ asked }: { asked: Signal<string> }) {
  const { words } = useConsole()
  const search = useSignal('')
  useEffect(() => {
    const timer = setTimeout(() => {
      asked.value = search.value.trim()
    }, SEARCH_MS)
    return () => clearTimeout(timer)
  }, [search.value])
  return (
    <input
      class="field"
      type="search"
      aria-label={words.searchMembers}
      placeholder={words.searchMembers}
      value={search.value}
      onInput={({ currentTarget }) => {
        search.value = currentTarget.value
      }}
    />
  )
}

function MemberTable({
  members,
  onEdit,
  onErase,
}: {
  members: readonly Member[]
  onEdit: (member: Member) => void
  onErase: (member: Member) => void
}) {
  const { words, text, viewer } = useConsole()
  return (
    <Table
      caption={words.sections.members}
      rows={members}
      keyOf={({ user }) => user.id}
      columns={[
        { head: words.person, cell: ({ user }) => <Person of={user} /> },
        { head: words.email, kind: 'wide', cell: ({ user }) => user.email ?? <span class="quiet">–</span> },
        { head: words.department, cell: ({ user }) => <bdi>{user.department}</bdi> },
        { head: words.role, cell: ({ role }) => <bdi>{role.name}</bdi> },
        {
          head: words.state,
          cell: ({ isEnabled }) => (
            <Tag tone={isEnabled ? 'good' : ''}>{isEnabled ? words.enabled : words.disabled}</Tag>
          ),
        },
        { head: words.joined, cell: ({ joinedAt }) => <Moment at={joinedAt} /> },
        {
          head: words.acts,
          kind: 'acts',
          // Members without the id of the host's product were erased, and nobody erases themselves.
          cell: (member) =>
            member.user.externalId && (
              <span class="links">
                <button type="button" class="button small" onClick={() => onEdit(member)}>
                  {text.edit}
                  <span class="hidden"> {member.user.name}</span>
                </button>
                {member.user.id !== viewer.value?.user.id && (
                  <button type="button" class="button small danger-text" onClick={() => onErase(member)}>
                    {words.erase}
                    <span class="hidden"> {member.user.name}</span>
                  </button>
                )}
              </span>
            ),
        },
      ]}
    />
  )
}

function EraseDialog({
  of: { user },
  onDone,
  onClose,
}: {
  of: Member
  onDone: () => void
  onClose: () => void
}) {
  const { session, words } = useConsole()
  const call = useCall()
  const draft = useDraft(`erase ${user.id}`, { confirmName: '' })
  async function submit() {
    await change(session, EraseDocument, { userId: user.id, confirmName: draft.value.confirmName })
    onDone()
  }
  return (
    <FormDialog
      title={words.eraseOf(user.name)}
      act={words.erase}
      call={call}
      danger
      onSubmit={submit}
      onClose={onClose}
    >
      <p>{words.eraseHint}</p>
      <TextField
        draft={draft}
        name="confirmName"
        label={words.confirmName}
        placeholder={user.name}
        required
        trouble={call.trouble}
      />
    </FormDialog>
  )
}
