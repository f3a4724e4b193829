import type { CompanyRow } from '../../database/prisma-types.ts'
import { InvalidInputError, PermissionDeniedError } from '../../errors.ts'
import { builder } from '../../graphql/builder.ts'
import { standardLimit } from '../../graphql/rate-limit-plugin.ts'
import { sendLimitsOf } from '../company.ts'
import { updateCompanySettings } from '../operations/update-company-settings.ts'
import { CompanyRef, GroupAccessEnum } from './refs.ts'

const RevisionAudienceEnum = builder.enumType('RevisionAudience', {
  description: 'The people who may see the earlier texts of an edited message.',
  values: {
    AUDITORS: { description: 'Holders of CONVERSATION_AUDIT.' },
    PARTICIPANTS: { description: 'Everyone who can see the message.' },
  } as const,
})

const RateWindowRef = builder.objectRef<{ max: number; perMs: number }>('RateWindow').implement({
  description: 'At most so many calls within any span of so many seconds.',
  fields: (t) => ({
    max: t.exposeInt('max', { description: 'The most calls accepted.' }),
    perSeconds: t.int({ description: 'The length of the span.', resolve: ({ perMs }) => perMs / 1000 }),
  }),
})

const RateWindowInput = builder.inputType('RateWindowInput', {
  description: 'At most so many calls within any span of so many seconds.',
  fields: (t) => ({
    max: t.int({ required: true, description: 'The most calls accepted, 1 to 1,000,000.' }),
    perSeconds: t.int({ required: true, description: 'The length of the span, 1 to 86,400.' }),
  }),
})

const CompanySettingsRef = builder.objectRef<CompanyRow>('CompanySettings').implement({
  description: 'The settings of a company.',
  fields: (t) => ({
    messagingEnabled: t.exposeBoolean('messagingEnabled', {
      description: 'Off: every operation is refused with MESSAGING_DISABLED.',
    }),
    safeMode: t.exposeBoolean('safeMode', { description: 'Writes refused, reads for moderators only.' }),
    sendLimits: t.field({
      type: [RateWindowRef],
      nullable: true,
      description: 'The limits of sendMessage for this company; null: as in the schema.',
      resolve: (company, _args, { services }) => sendLimitsOf(company, services.sendLimitCeiling),
    }),
    maxThreadDepth: t.exposeInt('maxThreadDepth', {
      description: 'How deep replies may go; a top-level message has depth 0.',
    }),
    defaultGroupAccess: t.field({
      type: GroupAccessEnum,
      description: 'The access of a group created without one.',
      resolve: ({ defaultGroupAccess }) => defaultGroupAccess as 'OPEN' | 'CLOSED' | 'PRIVATE',
    }),
    editWindowMinutes: t.exposeInt('editWindowMinutes', {
      nullable: true,
      description: 'How long authors may edit. Null: without a limit; 0: never.',
    }),
    retractWindowMinutes: t.exposeInt('retractWindowMinutes', {
      nullable: true,
      description: 'How long authors may retract. Null: without a limit; 0: never.',
    }),
    revisionsVisibleTo: t.field({
      type: RevisionAudienceEnum,
      description: 'The people who may see earlier texts.',
      resolve: ({ revisionsVisibleTo }) => revisionsVisibleTo as 'AUDITORS' | 'PARTICIPANTS',
    }),
    emailDelayMinutes: t.exposeInt('emailDelayMinutes', {
      description: 'How long a message may stay unread before an e-mail tells of it.',
    }),
    broadcastsPerHour: t.exposeInt('broadcastsPerHour', {
      description: 'How many broadcasts the company may send within an hour.',
    }),
    eventRetentionDays: t.exposeInt('eventRetentionDays', {
      description: 'How long a stream can be resumed.',
    }),
  }),
})

builder.prismaObjectFields(CompanyRef, (t) => ({
  externalId: t.exposeString('externalId', {
    nullable: true,
    description: "The embedding product's own id for the company.",
  }),
  name: t.exposeString('name', { description: 'The name.' }),
  settings: t.field({
    type: CompanySettingsRef,
    description: 'The settings of the company.',
    resolve: (company) => company,
  }),
}))

builder.relayMutationField(
  'updateCompanySettings',
  {
    description: 'The settings to change; what is left out stays.',
    inputFields: (t) => ({
      messagingEnabled: t.boolean({
        description: 'Off: every operation is refused with MESSAGING_DISABLED.',
      }),
      safeMode: t.boolean({ description: 'Writes refused, reads for moderators only.' }),
      sendLimits: t.field({
        type: [RateWindowInput],
        description:
          "sendMessage's limits, at most 4 and none above the operator's ceiling of calls a second; null: as in the schema.",
      }),
      maxThreadDepth: t.int({ description: '0 to 64.' }),
      defaultGroupAccess: t.field({
        type: GroupAccessEnum,
        description: 'The access of a group created without one.',
      }),
      editWindowMinutes: t.int({ description: 'Null: without a limit; 0: never.' }),
      retractWindowMinutes: t.int({ description: 'Null: without a limit; 0: never.' }),
      revisionsVisibleTo: t.field({
        type: RevisionAudienceEnum,
        description: 'The people who may see earlier texts.',
      }),
      emailDelayMinutes: t.int({ description: '0 to 10,080.' }),
      broadcastsPerHour: t.int({ description: '0 to 1,000.' }),
      eventRetentionDays: t.int({ description: '1 to 365.' }),
    }),
  },
  {
    description: "Changes the company's settings.",
    authScopes: { permission: 'COMPANY_MANAGE' },
    directives: standardLimit,
    errors: {
      types: [PermissionDeniedError, InvalidInputError],
      union: { description: 'The payload, or the error that the caller can act on.' },
    },
    resolve: (_root, { input }, context) => updateCompanySettings(context, input),
  },
  {
    description: 'The settings have changed.',
    outputFields: (t) => ({
      company: t.field({
        type: CompanyRef,
        description: 'The company as it is now.',
        resolve: ({ company }) => company,
      }),
    }),
  },
)
