import { InvalidInputError, PermissionDeniedError } from '../../errors.ts'
import { builder } from '../../graphql/builder.ts'
import { standardLimit } from '../../graphql/rate-limit-plugin.ts'
import type { MemberProblem } from '../member-rows.ts'
import { syncMembers } from '../operations/sync-members.ts'
import { updatePreferences } from '../operations/update-preferences.ts'
import { PreferencesRef } from './refs.ts'

const MemberInput = builder.inputType('MemberInput', {
  description: 'A person of the embedding product; what is left out of a known one stays as it is.',
  fields: (t) => ({
    externalId: t.string({
      required: true,
      description: "The embedding product's own id, unique in the company.",
    }),
    name: t.string({ required: true, description: 'The full name.' }),
    email: t.string({ description: 'The e-mail address; null takes it away.' }),
    department: t.string({ description: 'The department; null takes it away.' }),
    role: t.string({ description: "The role's name; member unless given." }),
    isEnabled: t.boolean({ description: 'False shuts the person out at once; true unless given.' }),
  }),
})

const MemberProblemRef = builder.objectRef<MemberProblem>('MemberProblem').implement({
  description: 'A row that was not applied.',
  fields: (t) => ({
    index: t.exposeInt('index', { description: 'Its index in the input, from 0.' }),
    externalId: t.exposeString('externalId', { description: 'Its external id.' }),
    detail: t.exposeString('detail', { description: 'The problem, in words.' }),
  }),
})

builder.relayMutationField(
  'syncMembers',
  {
    description: 'People to mirror.',
    inputFields: (t) => ({
      members: t.field({ type: [MemberInput], required: true, description: 'At most 1,000.' }),
    }),
  },
  {
    description:
      "Mirrors the embedding product's people by their external ids. Rows with problems are reported, the rest applied.",
    authScopes: { permission: 'MEMBER_MANAGE' },
    directives: standardLimit,
    errors: {
      types: [PermissionDeniedError, InvalidInputError],
      union: { description: 'The payload, or the error that the caller can act on.' },
    },
    resolve: (_root, { input }, context) => syncMembers(context, input),
  },
  {
    description: 'The result of the synchronisation.',
    outputFields: (t) => ({
      created: t.exposeInt('created', { description: 'People new to the company.' }),
      updated: t.exposeInt('updated', { description: 'People that have changed.' }),
      unchanged: t.exposeInt('unchanged', { description: 'People that were so already.' }),
      problems: t.expose('problems', {
        type: [MemberProblemRef],
        description: 'Rows that were not applied.',
      }),
    }),
  },
)

builder.relayMutationField(
  'updatePreferences',
  {
    description: 'The preferences to change; what is left out stays.',
    inputFields: (t) => ({
      sound: t.boolean({ description: 'Play a sound.' }),
      browserNotifications: t.boolean({ description: 'Show browser notifications.' }),
      emailWhenOffline: t.boolean({ description: 'Send an e-mail about unread messages while offline.' }),
    }),
  },
  {
    description: 'Changes how the viewer is told of news.',
    authScopes: { permission: 'MESSAGE_READ' },
    directives: standardLimit,
    errors: {
      types: [PermissionDeniedError],
      union: { description: 'The payload, or the error that the caller can act on.' },
    },
    resolve: (_root, { input }, context) => updatePreferences(context, input),
  },
  {
    description: 'The preferences have changed.',
    outputFields: (t) => ({
      preferences: t.field({
        type: PreferencesRef,
        description: 'The preferences as they are now.',
        resolve: ({ preferences }) => preferences,
      }),
    }),
  },
)
