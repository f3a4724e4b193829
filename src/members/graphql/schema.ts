import type { Membership } from '../../auth/choose-membership.ts'
import { CompanyRef } from '../../companies/graphql/refs.ts'
import type { Services } from '../../context.ts'
import type { CompanyRow } from '../../database/prisma-types.ts'
import { INBOX, signCursor } from '../../events/cursor.ts'
import { builder } from '../../graphql/builder.ts'
import { encodeId } from '../../ids.ts'
import { permissions } from '../permissions.ts'
import { type MemberRow, memberList, userList } from '../queries/lists.ts'
import { unreadCounts } from '../queries/unread-counts.ts'
import { PermissionEnum, PreferencesRef, UnreadCountsRef, UserConnection, UserRef } from './refs.ts'

builder.prismaObjectFields(UserRef, (t) => ({
  externalId: t.exposeString('externalId', {
    nullable: true,
    description: "The embedding product's own id for this person.",
  }),
  name: t.exposeString('name', { description: 'The full name.' }),
  email: t.exposeString('email', { nullable: true, description: 'The e-mail address, if known.' }),
  department: t.exposeString('department', { nullable: true, description: 'The department, if known.' }),
}))

const RoleRef = builder.prismaNode('Role', {
  id: { resolve: (role) => role.id },
  nullable: true,
  description: 'The rights of a member.',
  findUnique: (id, { viewer }) => ({ companyId_id: { companyId: viewer.companyId, id } }),
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name, unique in the company.' }),
    permissions: t.field({
      type: [PermissionEnum],
      description: 'Everything the role allows.',
      resolve: (role) => permissions.filter((name) => role.permissions.includes(name)),
    }),
    isBuiltIn: t.exposeBoolean('isBuiltIn', {
      description: 'Every company has it, and it cannot be changed.',
    }),
  }),
})

UnreadCountsRef.implement({
  description: 'Unread messages. Muted conversations count only through their unread mentions.',
  fields: (t) => ({
    total: t.exposeInt('total', { description: 'In all conversations.' }),
    direct: t.exposeInt('direct', { description: 'In direct conversations.' }),
    group: t.exposeInt('group', { description: 'In groups.' }),
    broadcast: t.exposeInt('broadcast', { description: 'Broadcasts and replies to them.' }),
    global: t.exposeInt('global', { description: 'In conversations of the whole company.' }),
    context: t.exposeInt('context', { description: 'In conversations about a transaction, plan or topic.' }),
    mentions: t.exposeInt('mentions', { description: 'Unread messages that mention the viewer.' }),
  }),
})

const MemberRef = builder.objectRef<MemberRow>('Member').implement({
  description: "A person's membership in the company.",
  fields: (t) => ({
    user: t.field({ type: UserRef, description: 'The person.', resolve: (member) => member }),
    role: t.expose('role', { type: RoleRef, description: 'The role of the person.' }),
    isEnabled: t.exposeBoolean('isEnabled', { description: 'A disabled member can do and see nothing.' }),
    joinedAt: t.expose('joinedAt', { type: 'DateTime', description: 'When the person joined the company.' }),
  }),
})

PreferencesRef.implement({
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

/** The companies as their members see them; reading them enters none. */
function companiesOf({ viewers }: Services, memberships: readonly Membership[]): Promise<CompanyRow[]> {
  return Promise.all(
    memberships.map(async ({ companyId, userId }) => (await viewers.find(companyId, userId)).company),
  )
}

const ViewerRef = builder.objectRef<Record<string, never>>('Viewer').implement({
  description: 'The person who asks.',
  fields: (t) => ({
    id: t.id({
      description:
        'The same for one person in one company, so that caches can tell viewers apart; no id of a Node.',
      resolve: (_viewer, _args, { viewer }) => encodeId('Viewer', viewer.userId),
    }),
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
      resolve: async (_viewer, _args, { viewer, services }) =>
        companiesOf(services, await services.signIn.companies(viewer)),
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
    description: 'The person who asks, the company, and the permissions there.',
    authScopes: { member: true },
    resolve: () => ({}),
  }),
)

builder.queryField('companies', (t) =>
  t.field({
    type: [CompanyRef],
    description:
      'All companies this person may act in, by name: asked for alone, it is answered before one is chosen.',
    authScopes: { member: true },
    resolve: async (_root, _args, { viewer, choices, services }) =>
      companiesOf(services, choices ?? (await services.signIn.companies(viewer))),
  }),
)

builder.queryField('users', (t) =>
  t.connection(
    {
      type: UserRef,
      description:
        'People of the company to write to, best match first; without a search, recent contacts first.',
      authScopes: { permission: 'MESSAGE_READ' },
      args: {
        search: t.arg.string({
          description:
            'The start of words of the name or of the e-mail address; accents and case do not matter.',
        }),
      },
      resolve: (_root, args, context) => userList(context, args, args.search),
    },
    UserConnection,
  ),
)

builder.queryField('members', (t) =>
  t.connection(
    {
      type: MemberRef,
      description: 'All members of the company, disabled ones too, by name; with a search, best match first.',
      authScopes: { permission: 'MEMBER_MANAGE' },
      args: {
        search: t.arg.string({
          description:
            'The start of words of the name or of the e-mail address; accents and case do not matter.',
        }),
      },
      resolve: (_root, args, context) => memberList(context, args, args.search),
    },
    { name: 'MemberConnection', description: 'A page of members.' },
    { name: 'MemberEdge', description: 'A member and its cursor in the list.' },
  ),
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
