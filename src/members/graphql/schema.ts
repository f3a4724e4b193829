import type { Membership } from '../../auth/choose-membership.ts'
import { CompanyRef } from '../../companies/graphql/refs.ts'
import type { Services } from '../../context.ts'
import type { CompanyRow } from '../../database/prisma-types.ts'
import { builder } from '../../graphql/builder.ts'
import { PermissionEnum } from '../../graphql/permission.ts'
import { encodeId } from '../../ids.ts'
import { permissions } from '../permissions.ts'
import { memberList, userList } from '../queries/lists.ts'
import type { MemberRow } from '../queries/people-search.ts'
import { unreadCounts } from '../queries/unread-counts.ts'
import { PreferencesRef, RoleRef, UnreadCountsRef, UserConnection, UserRef, ViewerRef } from './refs.ts'

builder.prismaObjectFields(UserRef, (t) => ({
  externalId: t.exposeString('externalId', {
    nullable: true,
    description: "The embedding product's id of this person.",
  }),
  name: t.exposeString('name', { description: 'The full name.' }),
  email: t.exposeString('email', { nullable: true, description: 'The e-mail address, if known.' }),
  department: t.exposeString('department', { nullable: true, description: 'The department, if known.' }),
  avatarUrl: t.exposeString('avatarUrl', {
    nullable: true,
    description: "Address of the person's picture, if known.",
  }),
}))

builder.prismaObjectFields(RoleRef, (t) => ({
  name: t.exposeString('name', { description: 'The name, unique in the company.' }),
  permissions: t.field({
    type: [PermissionEnum],
    description: 'Permissions that the role grants.',
    resolve: (role) => permissions.filter((name) => role.permissions.includes(name)),
  }),
  isBuiltIn: t.exposeBoolean('isBuiltIn', {
    description: 'True if every company has this role. It cannot be changed.',
  }),
}))

UnreadCountsRef.implement({
  description:
    'Numbers of unread messages. In muted conversations only messages that mention the viewer count.',
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
    isEnabled: t.exposeBoolean('isEnabled', {
      description: 'False if the member is disabled and cannot sign in.',
    }),
    joinedAt: t.expose('joinedAt', {
      type: 'DateTime',
      description: 'Time at which the person joined the company.',
    }),
  }),
})

PreferencesRef.implement({
  description: "The viewer's notification preferences.",
  fields: (t) => ({
    sound: t.exposeBoolean('sound', { description: 'Play a sound.' }),
    browserNotifications: t.exposeBoolean('browserNotifications', {
      description: 'Show browser notifications.',
    }),
    emailWhenOffline: t.exposeBoolean('emailWhenOffline', {
      description: 'Send an e-mail about unread messages while offline.',
    }),
    showPreviewInNotifications: t.exposeBoolean('showPreviewInNotifications', {
      description: 'Show the beginning of a message in notifications.',
    }),
    locale: t.exposeString('locale', {
      nullable: true,
      description: 'Language and region as a BCP 47 tag. Null if the person has chosen none.',
    }),
    doNotDisturbUntil: t.expose('doNotDisturbUntil', {
      type: 'DateTime',
      nullable: true,
      description:
        'Until then, nothing notifies the person, mentions included, and no e-mail is sent. Null if there is no such time.',
    }),
  }),
})

/** Loads the companies of the memberships. The person needs to choose none of them for it. */
function companiesOf({ viewers }: Services, memberships: readonly Membership[]): Promise<CompanyRow[]> {
  return Promise.all(
    memberships.map(async ({ companyId, userId }) => (await viewers.find(companyId, userId)).company),
  )
}

ViewerRef.implement({
  description: 'The signed-in person, acting in one company.',
  fields: (t) => ({
    id: t.id({
      description:
        'Identifies one person in one company, so that caches can tell viewers apart. It is not the id of a Node.',
      resolve: (_viewer, _args, { viewer }) => encodeId('Viewer', viewer.userId),
    }),
    user: t.field({
      type: UserRef,
      description: 'The person.',
      resolve: (_viewer, _args, { viewer }) => viewer.user,
    }),
    company: t.field({
      type: CompanyRef,
      description: 'The company that the viewer acts in.',
      resolve: (_viewer, _args, { viewer }) => viewer.company,
    }),
    companies: t.field({
      type: [CompanyRef],
      description: 'All companies that the person may act in.',
      resolve: async (_viewer, _args, { viewer, services }) =>
        companiesOf(services, await services.signIn.companies(viewer)),
    }),
    role: t.field({
      type: RoleRef,
      description: "The viewer's role.",
      resolve: (_viewer, _args, { viewer, tenant }) =>
        tenant.prisma.role.findFirstOrThrow({
          where: { companyId: viewer.companyId, id: viewer.role.id },
        }),
    }),
    permissions: t.field({
      type: [PermissionEnum],
      description: 'All permissions of the viewer.',
      resolve: (_viewer, _args, { viewer }) => permissions.filter((name) => viewer.permissions.has(name)),
    }),
    unread: t.field({
      type: UnreadCountsRef,
      description: "The viewer's unread counts.",
      resolve: (_viewer, _args, context) => unreadCounts(context),
    }),
    preferences: t.field({
      type: PreferencesRef,
      description: "The viewer's notification preferences.",
      resolve: (_viewer, _args, { viewer }) => viewer.user,
    }),
  }),
})

builder.queryField('viewer', (t) =>
  t.field({
    type: ViewerRef,
    description: 'The signed-in person, the company and the permissions in it.',
    authScopes: { member: true },
    resolve: () => ({}),
  }),
)

builder.queryField('companies', (t) =>
  t.field({
    type: [CompanyRef],
    description:
      'All companies that the person may act in, by name. An operation with no other field needs no chosen company.',
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
        'People that the viewer can write to, best match first; without `search`, recent contacts first.',
      authScopes: { permission: 'MESSAGE_READ' },
      args: {
        search: t.arg.string({
          description:
            'Beginnings of words of the name or of the e-mail address. Accents and case are ignored.',
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
      description:
        'All members of the company including disabled ones, by name; with `search`, best match first.',
      authScopes: { permission: 'MEMBER_MANAGE' },
      args: {
        search: t.arg.string({
          description:
            'Beginnings of words of the name or of the e-mail address. Accents and case are ignored.',
        }),
      },
      resolve: (_root, args, context) => memberList(context, args, args.search),
    },
    { name: 'MemberConnection', description: 'A page of members.' },
    { name: 'MemberEdge', description: 'A member and its cursor in the list.' },
  ),
)

builder.queryField('roles', (t) =>
  t.field({
    type: [RoleRef],
    description: "The company's roles.",
    authScopes: { member: true },
    resolve: (_root, _args, { tenant, viewer }) =>
      tenant.prisma.role.findMany({
        where: { companyId: viewer.companyId },
        orderBy: { name: 'asc' },
      }),
  }),
)
