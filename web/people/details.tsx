import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { ParticipantsDocument } from '../api/operations.ts'
import { leave } from '../store/calls.ts'
import type { Conversation } from '../store/types.ts'
import { ConversationAvatar } from '../ui/avatar.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { useUi } from '../ui/context.ts'
import { Head } from '../ui/head.tsx'
import { Skeleton } from '../ui/state.tsx'
import { AddPeople } from './add-people.tsx'
import { GroupName } from './group-name.tsx'
import { type Member, MemberItem } from './member-item.tsx'

/** The people of a conversation, and for admins of a group the ways to change them. */
export function Details({ id }: { id: string }) {
  const { session, text, attempt } = useUi()
  const members = useSignal<readonly Member[] | null>(null)
  const departments = useSignal<readonly string[]>([])
  const conversation = session.inbox.conversations.value.get(id)
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
        {conversation && <Profile conversation={conversation} canRename={isGroup && isAdmin} />}
        <h3 class="people-head">
          {text.members(members.value?.length ?? conversation?.participantCount ?? 0)}
        </h3>
        {members.value === null && <Skeleton rows={3} label={text.loading} />}
        {isGroup && isAdmin && members.value && (
          <Adding id={id} members={members.value} onDone={() => change(async () => {})} />
        )}
        <ul class="people" aria-label={text.people}>
          {members.value?.map((member) => (
            <MemberItem
              key={member.user.id}
              conversationId={id}
              member={member}
              isGroup={isGroup}
              canChange={isGroup && isAdmin}
              change={change}
            />
          ))}
        </ul>
        {departments.value.length > 0 && (
          <p class="hint">{text.followsDepartments(departments.value.join(', '))}</p>
        )}
        {isGroup && conversation.isMember && members.value && departments.value.length === 0 && (
          <LeaveGroup id={id} />
        )}
      </div>
    </section>
  )
}

function Profile({ conversation, canRename }: { conversation: Conversation; canRename: boolean }) {
  return (
    <div class="profile">
      <ConversationAvatar conversation={conversation} size={56} />
      {canRename ? (
        <GroupName id={conversation.id} title={conversation.title} />
      ) : (
        <h3 dir="auto">{conversation.title}</h3>
      )}
    </div>
  )
}

/** A button that becomes the way to add people. */
function Adding({ id, members, onDone }: { id: string; members: readonly Member[]; onDone(): void }) {
  const { text } = useUi()
  const isAdding = useSignal(false)
  const show = (isShown: boolean) => () => {
    isAdding.value = isShown
    if (!isShown) onDone()
  }
  if (isAdding.value) {
    return <AddPeople id={id} present={new Set(members.map(({ user }) => user.id))} onDone={show(false)} />
  }
  return (
    <button type="button" class="button" onClick={show(true)}>
      {text.addPeople}
    </button>
  )
}

function LeaveGroup({ id }: { id: string }) {
  const { session, text, go, attempt } = useUi()
  const isLeaving = useSignal(false)
  return (
    <>
      <button
        type="button"
        class="button danger-text"
        onClick={() => {
          isLeaving.value = true
        }}
      >
        {text.leaveGroup}
      </button>
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
    </>
  )
}
