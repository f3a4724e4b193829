import { membershipsOf } from '../auth/sign-in.ts'
import { CompanyRef } from '../companies/schema.ts'
import type { UserRow } from '../database/prisma-types.ts'
import { builder } from '../graphql/builder.ts'
import { forwardPage } from '../graphql/page.ts'
import { signCursor } from '../live/cursor.ts'
import { INBOX } from '../live/streams.ts'
import { searchText } from '../search/search-text.ts'
import { permissions } from './permissions.ts'
import { UnreadCountsRef, unreadCounts } from './unread-counts.ts'
import { usersPage } from './user-row.ts'

/** The GraphQL enum of permissions. */
export const PermissionEnum = builder.enumType('Permission', {
  description: 'Something a role can allow.',
  values: Object.fromEntries(
    permissions.map((name) => [name, { description: permissionTexts()[name] }]),
  ) as Record<(typeof permissions)[number], { description: string }>,
})

export const UserRef = builder.prismaNode('User', {
  id: { resolve: (user) => user.id },
  nullable: true,
  description: 'A person in one company; the same person elsewhere is another User.',
  findUnique: (id, { viewer }) => ({ companyId_id: { companyId: viewer.companyId, id } }),
  fields: (t) => ({
    externalId: t.exposeString('externalId', {
      nullable: true,
      description: "The embedding product's own id for this person.",
    }),
    name: t.exposeString('name', { description: 'The full name.' }),
    email: t.exposeString('email', { nullable: true, description: 'The e-mail address, if known.' }),
    department: t.exposeString('department', { nullable: true, description: 'The department, if known.' }),
  }),
})

const RoleRef = builder.prismaNode('Role', {
  id: { resolve: (role) => role.id },
  nullable: true,
  description: 'What a member may do.',
  findUnique: (id, { viewer }) => ({ companyId_id: { companyId: viewer.companyId, id } }),
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name, unique in the company.' }),
    permissions: t.field({
      type: [PermissionEnum],
      description: 'Everything the role allows.',
      select: { permissions: true },
      resolve: (role) => permissions.filter((name) => role.permissions.includes(name)),
    }),
    isBuiltIn: t.exposeBoolean('isBuiltIn', {
      description: 'Every company has it, and it cannot be changed.',
    }),
  }),
})

const MemberRef = builder.prismaObject('User', {
  variant: 'Member',
  description: "A person's membership in the company.",
  fields: (t) => ({
    user: t.variant(UserRef, { description: 'The person.' }),
    role: t.relation('role', { description: 'What the person may do.' }),
    isEnabled: t.exposeBoolean('isEnabled', { description: 'A disabled member can do and see nothing.' }),
    joinedAt: t.expose('joinedAt', { type: 'DateTime', description: 'When the person joined the company.' }),
  }),
})

interface PreferencesShape {
  sound: boolean
  browserNotifications: boolean
  emailWhenOffline: boolean
}

export const PreferencesRef = builder.objectRef<PreferencesShape>('Preferences').implement({
  description: 'How the viewer wants to be told of news.',
  fields: (t) => ({
    sound: t.exposeBoolean('sound', { description: 'Play a sound.' }),
    browserNotifications: t.exposeBoolean('browserNotifications', {
      description: 'Show browser notifications.',
    }),
    emailWhenOffline: t.exposeBoolean('emailWhenOffline', {
      description: 'Send an e-mail about unread messages while offline.',
    }),
  }),
})

const ViewerRef = builder.objectRef<Record<string, never>>('Viewer').implement({
  description: 'Who is asking.',
  fields: (t) => ({
    user: t.field({
      type: UserRef,
      description: 'The person.',
      resolve: (_viewer, _args, { viewer }) => viewer.user,
    }),
    company: t.field({
      type: CompanyRef,
      description: 'The company acted in.',
      resolve: (_viewer, _args, { viewer }) => viewer.company,
    }),
    companies: t.field({
      type: [CompanyRef],
      description: 'All companies this person may act in.',
      resolve: async (_viewer, _args, { viewer, parts }) => {
        const { issuer, subject, externalId } = viewer.user
        if (!issuer || !subject) return [viewer.company]
        const memberships = await membershipsOf(parts.database, {
          issuer,
          subject,
          memberReference: externalId,
        })
        const enabled = memberships.filter((membership) => membership.isEnabled)
        return Promise.all(
          enabled.map(async ({ companyId, userId }) => (await parts.viewers.find(companyId, userId)).company),
        )
      },
    }),
    role: t.prismaField({
      type: RoleRef,
      description: "The viewer's role.",
      resolve: (query, _viewer, _args, { viewer, tenant }) =>
        tenant.prisma.role.findFirstOrThrow({
          ...query,
          where: { companyId: viewer.companyId, id: viewer.role.id },
        }),
    }),
    permissions: t.field({
      type: [PermissionEnum],
      description: 'Everything the viewer may do.',
      resolve: (_viewer, _args, { viewer }) => permissions.filter((name) => viewer.permissions.has(name)),
    }),
    unread: t.field({
      type: UnreadCountsRef,
      description: "The viewer's unread messages.",
      resolve: (_viewer, _args, context) => unreadCounts(context),
    }),
    preferences: t.field({
      type: PreferencesRef,
      description: 'How the viewer wants to be told of news.',
      resolve: (_viewer, _args, { viewer }) => viewer.user,
    }),
    inboxCursor: t.string({
      description:
        'Read with the inbox, then pass as `after` to inboxEvents: nothing is missed between query and subscription.',
      resolve: async (_viewer, _args, { keys, viewer, streamPosition }) =>
        signCursor(await keys(), { userId: viewer.userId, stream: INBOX }, streamPosition ?? 0),
    }),
  }),
})

builder.queryField('viewer', (t) =>
  t.field({
    type: ViewerRef,
    description: 'Who is asking, in which company, and what that person may do.',
    authScopes: { member: true },
    resolve: () => ({}),
  }),
)

builder.queryField('users', (t) =>
  t.connection({
    type: UserRef,
    description: 'People of the company to write to, best match first.',
    authScopes: { permission: 'MESSAGE_READ' },
    args: {
      search: t.arg.string({
        description: 'The start of any word of the name; accents and case do not matter.',
      }),
    },
    resolve: (_root, args, { tenant, viewer }) =>
      forwardPage<UserRow>(args, {
        key: ['text', 'uuid'],
        keyOf: (row) => [row.nameFolded, row.id],
        nodeOf: (row) => row,
        read: ([name, id], most) =>
          tenant.query(usersPage, [viewer.companyId, viewer.userId, name, id, most, searchText(args.search)]),
      }),
  }),
)

builder.queryField('members', (t) =>
  t.prismaConnection({
    type: MemberRef,
    cursor: 'companyId_id',
    description: 'All members of the company, disabled ones too, by name.',
    authScopes: { permission: 'MEMBER_MANAGE' },
    args: { search: t.arg.string({ description: 'Part of the name; accents and case do not matter.' }) },
    resolve: (query, _root, args, { tenant, viewer }) => {
      const text = searchText(args.search)
      return tenant.prisma.user.findMany({
        ...query,
        where: { companyId: viewer.companyId, ...(text && { nameFolded: { contains: text } }) },
        orderBy: [{ nameFolded: 'asc' }, { id: 'asc' }],
      })
    },
  }),
)

builder.queryField('roles', (t) =>
  t.prismaField({
    type: [RoleRef],
    description: "The company's roles.",
    authScopes: { member: true },
    resolve: (query, _root, _args, { tenant, viewer }) =>
      tenant.prisma.role.findMany({
        ...query,
        where: { companyId: viewer.companyId },
        orderBy: { name: 'asc' },
      }),
  }),
)

function permissionTexts(): Record<(typeof permissions)[number], string> {
  return {
    MESSAGE_READ: "Read the messages of one's conversations.",
    MESSAGE_WRITE: 'Send messages.',
    MESSAGE_MODERATE: "Retract others' messages, see reports and statistics.",
    PRESENCE_READ: 'See who is online.',
    PRESENCE_WRITE: 'Be seen online.',
    CONVERSATION_DIRECT: 'Start direct conversations.',
    CONVERSATION_GROUP: 'Create groups.',
    CONVERSATION_CONTEXT: 'Open conversations about a transaction, plan or topic.',
    CONVERSATION_BROADCAST: 'Send broadcasts.',
    CONVERSATION_GLOBAL: 'Create conversations for the whole company.',
    CONVERSATION_AUDIT: "Read others' conversations; every such read is audited.",
    AUDIT_READ: 'Read the audit trail.',
    MEMBER_MANAGE: 'See, add, change and disable members.',
    COMPANY_MANAGE: "Change the company's settings.",
    GUEST_MESSAGE: 'Write to guests and receive what they send.',
  }
}
