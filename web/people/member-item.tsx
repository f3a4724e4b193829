import type { ParticipantsQuery } from '../api/operations.ts'
import { changeRole, removePerson } from '../store/calls.ts'
import { Avatar } from '../ui/avatar.tsx'
import { useUi } from '../ui/context.ts'
import { Menu, type MenuItem } from '../ui/menu.tsx'

/** A person of a conversation. */
export type Member = NonNullable<ParticipantsQuery['conversation']>['participants']['nodes'][number]

/** One person of a conversation, and for admins of a group the ways to change them. */
export function MemberItem({
  conversationId,
  member: { user, role },
  isGroup,
  canChange,
  change,
}: {
  conversationId: string
  member: Member
  isGroup: boolean
  canChange: boolean
  change(work: () => Promise<void>): void
}) {
  const { session, text } = useUi()
  const isMe = user.id === session.me.value?.id
  const isAdmin = role === 'ADMIN'
  const items: MenuItem[] = [
    {
      label: isAdmin ? text.makeMember : text.makeAdmin,
      icon: 'group',
      act: () => change(() => changeRole(session, conversationId, user.id, isAdmin ? 'MEMBER' : 'ADMIN')),
    },
    {
      label: text.remove,
      icon: 'trash',
      danger: true,
      act: () => change(() => removePerson(session, conversationId, user.id)),
    },
  ]
  return (
    <li class="person">
      <Avatar id={user.id} name={user.name} avatarUrl={user.avatarUrl} dot />
      <span class="option-text">
        <bdi>{isMe ? `${user.name} (${text.you})` : user.name}</bdi>
        <small>{[isAdmin && isGroup && text.admin, user.department].filter(Boolean).join(' · ')}</small>
      </span>
      {canChange && !isMe && <Menu label={`${text.actions}: ${user.name}`} icon="more" items={items} />}
    </li>
  )
}
