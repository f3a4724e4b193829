import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { ParticipantsDocument, type ParticipantsQuery, type PeopleQuery } from '../api/operations.ts'
import { addPeople, changeRole, leave, removePerson, rename } from '../store/calls.ts'
import { Avatar, ConversationAvatar } from '../ui/avatar.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { useUi } from '../ui/context.ts'
import { Head } from '../ui/head.tsx'
import { into } from '../ui/into.ts'
import { Menu, type MenuItem } from '../ui/menu.tsx'
import { Skeleton } from '../ui/state.tsx'
import { PeoplePicker } from './people-picker.tsx'

type Members = NonNullable<ParticipantsQuery['conversation']>['participants']['nodes']

/** The people of a conversation, and for admins of a group the ways to change them. */
export function Details({ id }: { id: string }) {
  const { session, text, go, attempt } = useUi()
  const members = useSignal<Members | null>(null)
  const departments = useSignal<readonly string[]>([])
  const isAdding = useSignal(false)
  const isLeaving = useSignal(false)
  const conversation = session.conversations.value.get(id)
  const me = session.me.value?.id
  const load = async () => {
    const { conversation: found } = await session.request(ParticipantsDocument, { id })
    members.value = found?.participants.nodes ?? []
    departments.value = found?.departments ?? []
  }
  useEffect(() => void attempt(load), [id, conversation?.participantCount])
  const isAdmin = members.value?.some(({ user, role }) => user.id === me && role === 'ADMIN') ?? false
  const isGroup = conversation?.kind === 'GROUP'
  const change = (work: () => Promise<void>) =>
    void attempt(async () => {
      await work()
      await load()
    })
  return (
    <section class="screen" aria-label={text.details}>
      <Head title={text.details} back={{ name: 'thread', id }} />
      <div class="screen-body">
        {conversation && (
          <div class="profile">
            <ConversationAvatar conversation={conversation} size={56} />
            {isGroup && isAdmin ? (
              <GroupName id={id} title={conversation.title} />
            ) : (
              <h3 dir="auto">{conversation.title}</h3>
            )}
          </div>
        )}
        <h3 class="people-head">
          {text.members(members.value?.length ?? conversation?.participantCount ?? 0)}
        </h3>
        {members.value === null && <Skeleton rows={3} label={text.loading} />}
        {isAdding.value && members.value && (
          <AddPeople
            id={id}
            present={new Set(members.value.map(({ user }) => user.id))}
            onDone={() => {
              isAdding.value = false
              change(async () => {})
            }}
          />
        )}
        {isGroup && isAdmin && !isAdding.value && (
          <button
            type="button"
            class="button"
            onClick={() => {
              isAdding.value = true
            }}
          >
            {text.addPeople}
          </button>
        )}
        <ul class="people" aria-label={text.people}>
          {members.value?.map(({ user, role }) => {
            const items: MenuItem[] = [
              {
                label: role === 'ADMIN' ? text.makeMember : text.makeAdmin,
                icon: 'group',
                act: () =>
                  change(() => changeRole(session, id, user.id, role === 'ADMIN' ? 'MEMBER' : 'ADMIN')),
              },
              {
                label: text.remove,
                icon: 'trash',
                danger: true,
                act: () => change(() => removePerson(session, id, user.id)),
              },
            ]
            return (
              <li key={user.id} class="person">
                <Avatar id={user.id} name={user.name} dot />
                <span class="option-text">
                  <bdi>{user.id === me ? `${user.name} (${text.you})` : user.name}</bdi>
                  <small>
                    {[role === 'ADMIN' && isGroup && text.admin, user.department].filter(Boolean).join(' · ')}
                  </small>
                </span>
                {isGroup && isAdmin && user.id !== me && (
                  <Menu label={`${text.actions}: ${user.name}`} icon="more" items={items} />
                )}
              </li>
            )
          })}
        </ul>
        {departments.value.length > 0 && (
          <p class="hint">{text.followsDepartments(departments.value.join(', '))}</p>
        )}
        {isGroup && conversation.isMember && members.value && departments.value.length === 0 && (
          <button
            type="button"
            class="button danger-text"
            onClick={() => {
              isLeaving.value = true
            }}
          >
            {text.leaveGroup}
          </button>
        )}
      </div>
      {isLeaving.value && (
        <ConfirmDialog
          question={text.confirmLeave}
          act={text.leaveGroup}
          onClose={(agreed) => {
            isLeaving.value = false
            if (!agreed) return
            void attempt(async () => {
              await leave(session, id)
              go({ name: 'inbox' })
            })
          }}
        />
      )}
    </section>
  )
}

function GroupName({ id, title }: { id: string; title: string }) {
  const { session, text, attempt } = useUi()
  const name = useSignal(title)
  return (
    <form
      class="rename"
      onSubmit={(event) => {
        event.preventDefault()
        void attempt(() => rename(session, id, name.value.trim()))
      }}
    >
      <input
        class="field"
        aria-label={text.groupName}
        maxLength={255}
        value={name.value}
        onInput={into(name)}
      />
      {name.value.trim() !== title && name.value.trim() !== '' && (
        <button type="submit" class="button primary">
          {text.rename}
        </button>
      )}
    </form>
  )
}

function AddPeople({ id, present, onDone }: { id: string; present: ReadonlySet<string>; onDone(): void }) {
  const { session, text, attempt } = useUi()
  const chosen = useSignal<PeopleQuery['users']['nodes']>([])
  const add = () =>
    attempt(async () => {
      if (chosen.value.length > 0)
        await addPeople(
          session,
          id,
          chosen.value.map((person) => person.id),
        )
      onDone()
    })
  return (
    <div class="add-people">
      <PeoplePicker chosen={chosen} without={present} />
      <div class="buttons">
        <button type="button" class="button" onClick={onDone}>
          {text.cancel}
        </button>
        <button
          type="button"
          class="button primary"
          disabled={chosen.value.length === 0}
          onClick={() => void add()}
        >
          {text.add}
        </button>
      </div>
    </div>
  )
}
