import { InvalidInputError, PermissionDeniedError } from '../../errors.ts'
import { builder } from '../../graphql/builder.ts'
import { standardLimit } from '../../graphql/rate-limit-plugin.ts'
import type { MemberProblem } from '../member-rows.ts'
import { syncMembers } from '../operations/sync-members.ts'
import { updatePreferences } from '../operations/update-preferences.ts'
import { PreferencesRef } from './refs.ts'

const MemberInput = builder.inputType('MemberInput', {
  description:
    'A person of the embedding product. If the person is already a member, fields that are left out stay as they are.',
  fields: (t) => ({
    externalId: t.string({
      required: true,
      description: "The embedding product's id of the person, unique in the company.",
    }),
    name: t.string({ required: true, description: 'The full name.' }),
    email: t.string({ description: 'The e-mail address. Null removes it.' }),
    department: t.string({ description: 'The department. Null removes it.' }),
    avatarUrl: t.string({
      description:
        "Address of the person's picture, https and up to 2 KiB; http on the server's own machine. Null removes it.",
    }),
    role: t.string({ description: 'Name of the role. Defaults to member.' }),
    isEnabled: t.boolean({ description: 'False disables the member at once. Defaults to true.' }),
  }),
})

const MemberProblemRef = builder.objectRef<MemberProblem>('MemberProblem').implement({
  description: 'A row that was rejected.',
  fields: (t) => ({
    index: t.exposeInt('index', { description: 'Index of the row in the input, from 0.' }),
    externalId: t.exposeString('externalId', { description: 'External id of the row.' }),
    detail: t.exposeString('detail', { description: 'A plain English explanation of the problem.' }),
  }),
})

builder.relayMutationField(
  'syncMembers',
  {
    description: 'The people to create or update.',
    inputFields: (t) => ({
      members: t.field({ type: [MemberInput], required: true, description: 'At most 1,000.' }),
    }),
  },
  {
    description:
      'Creates and updates members by their external ids. Rows with problems are reported, and the other rows are applied.',
    authScopes: { permission: 'MEMBER_MANAGE' },
    directives: standardLimit,
    errors: {
      types: [PermissionDeniedError, InvalidInputError],
      union: { description: 'The payload, or the error that the caller can act on.' },
    },
    resolve: (_root, { input }, context) => syncMembers(context, input),
  },
  {
    description: 'Returned when the rows have been processed.',
    outputFields: (t) => ({
      created: t.exposeInt('created', { description: 'Number of members that were created.' }),
      updated: t.exposeInt('updated', { description: 'Number of members that were changed.' }),
      unchanged: t.exposeInt('unchanged', { description: 'Number of members without a change.' }),
      problems: t.expose('problems', {
        type: [MemberProblemRef],
        description: 'Rows that were rejected.',
      }),
    }),
  },
)

builder.relayMutationField(
  'updatePreferences',
  {
    description:
      'The preferences to change. Preferences that are left out stay as they are, and null leaves a Boolean as it is.',
    inputFields: (t) => ({
      sound: t.boolean({ description: 'Play a sound.' }),
      browserNotifications: t.boolean({ description: 'Show browser notifications.' }),
      emailWhenOffline: t.boolean({ description: 'Send an e-mail about unread messages while offline.' }),
      showPreviewInNotifications: t.boolean({
        description: 'Show the beginning of a message in notifications.',
      }),
      locale: t.string({
        description: 'Language and region as a BCP 47 tag, such as de-AT. Null means no choice.',
      }),
      doNotDisturbUntil: t.field({
        type: 'DateTime',
        description: 'Until then, nothing notifies the person and no e-mail is sent. Null ends it.',
      }),
    }),
  },
  {
    description: "Changes the viewer's notification preferences.",
    authScopes: { permission: 'MESSAGE_READ' },
    directives: standardLimit,
    errors: {
      types: [PermissionDeniedError, InvalidInputError],
      union: { description: 'The payload, or the error that the caller can act on.' },
    },
    resolve: (_root, { input }, context) => updatePreferences(context, input),
  },
  {
    description: 'Returned when the preferences have been changed.',
    outputFields: (t) => ({
      preferences: t.field({
        type: PreferencesRef,
        description: 'The preferences after the change.',
        resolve: ({ preferences }) => preferences,
      }),
    }),
  },
)
