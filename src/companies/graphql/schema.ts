import { InvalidInputError, PermissionDeniedError } from '../../errors.ts'
import { builder } from '../../graphql/builder.ts'
import { standardLimit } from '../../graphql/rate-limit-plugin.ts'
import { sendLimitsOf } from '../company.ts'
import { updateCompanySettings } from '../operations/update-company-settings.ts'
import { spamSettingsOf } from '../spam-settings.ts'
import { CompanyRef, CompanySettingsRef, GroupAccessEnum } from './refs.ts'
import { SpamSettingsInput, SpamSettingsRef } from './spam-refs.ts'

const RevisionAudienceEnum = builder.enumType('RevisionAudience', {
  description: 'The people who may see the earlier texts of an edited message.',
  values: {
    AUDITORS: { description: 'Holders of CONVERSATION_AUDIT.' },
    PARTICIPANTS: { description: 'Everyone who can see the message.' },
  } as const,
})

const RateWindowRef = builder.objectRef<{ max: number; perMs: number }>('RateWindow').implement({
  description: 'A rate limit: at most `max` calls within any `perSeconds` seconds.',
  fields: (t) => ({
    max: t.exposeInt('max', { description: 'Maximum number of calls.' }),
    perSeconds: t.int({
      description: 'Length of the sliding window in seconds.',
      resolve: ({ perMs }) => perMs / 1000,
    }),
  }),
})

const RateWindowInput = builder.inputType('RateWindowInput', {
  description: 'A rate limit: at most `max` calls within any `perSeconds` seconds.',
  fields: (t) => ({
    max: t.int({ required: true, description: 'Maximum number of calls, 1 to 1,000,000.' }),
    perSeconds: t.int({
      required: true,
      description: 'Length of the sliding window in seconds, 1 to 86,400.',
    }),
  }),
})

CompanySettingsRef.implement({
  description: 'The settings of a company.',
  fields: (t) => ({
    messagingEnabled: t.exposeBoolean('messagingEnabled', {
      description: 'If false, every operation fails with MESSAGING_DISABLED.',
    }),
    safeMode: t.exposeBoolean('safeMode', {
      description: 'If true, nobody can write and only moderators can read.',
    }),
    sendLimits: t.field({
      type: [RateWindowRef],
      nullable: true,
      description: 'Rate limits of sendMessage for this company. Null means the limits in the schema.',
      resolve: (company, _args, { services }) => sendLimitsOf(company, services.sendLimitCeiling),
    }),
    maxThreadDepth: t.exposeInt('maxThreadDepth', {
      description: 'Maximum depth of a reply. A top-level message has depth 0.',
    }),
    defaultGroupAccess: t.field({
      type: GroupAccessEnum,
      description: 'Access of groups that are created without one.',
      resolve: ({ defaultGroupAccess }) => defaultGroupAccess as 'OPEN' | 'CLOSED' | 'PRIVATE',
    }),
    editWindowMinutes: t.exposeInt('editWindowMinutes', {
      nullable: true,
      description:
        'Minutes after sending during which authors may edit a message. Null means no limit, 0 never.',
    }),
    retractWindowMinutes: t.exposeInt('retractWindowMinutes', {
      nullable: true,
      description:
        'Minutes after sending during which authors may retract a message. Null means no limit, 0 never.',
    }),
    revisionsVisibleTo: t.field({
      type: RevisionAudienceEnum,
      description: 'The people who may see earlier texts of an edited message.',
      resolve: ({ revisionsVisibleTo }) => revisionsVisibleTo as 'AUDITORS' | 'PARTICIPANTS',
    }),
    emailDelayMinutes: t.exposeInt('emailDelayMinutes', {
      description: 'Minutes that a message stays unread before it is reported by e-mail.',
    }),
    broadcastsPerHour: t.exposeInt('broadcastsPerHour', {
      description: 'Maximum number of broadcasts that the company sends per hour.',
    }),
    eventRetentionDays: t.exposeInt('eventRetentionDays', {
      description: 'Days that events are kept. Subscriptions can resume from a cursor of this age.',
    }),
    retentionDays: t.exposeInt('retentionDays', {
      nullable: true,
      description:
        "Whole days that messages and SMS are kept, after which they are deleted in the following night. 0 means without a limit, null the deployment's default.",
    }),
    spam: t.field({
      type: SpamSettingsRef,
      description: 'The limits beyond which a message counts as spam.',
      resolve: spamSettingsOf,
    }),
    auditReadsVisible: t.exposeBoolean('auditReadsVisible', {
      description: 'True if participants are told when an auditor reads their conversation.',
    }),
  }),
})

builder.prismaObjectFields(CompanyRef, (t) => ({
  externalId: t.exposeString('externalId', {
    nullable: true,
    description: "The embedding product's id of the company.",
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
    description: 'The settings to change. Settings that are left out stay as they are.',
    inputFields: (t) => ({
      messagingEnabled: t.boolean({
        description: 'If false, every operation fails with MESSAGING_DISABLED.',
      }),
      safeMode: t.boolean({ description: 'If true, nobody can write and only moderators can read.' }),
      sendLimits: t.field({
        type: [RateWindowInput],
        description:
          "Rate limits of sendMessage, at most 4. None may exceed the operator's maximum number of calls per second. Null means the limits in the schema.",
      }),
      maxThreadDepth: t.int({ description: 'Maximum depth of a reply, 0 to 64.' }),
      defaultGroupAccess: t.field({
        type: GroupAccessEnum,
        description: 'Access of groups that are created without one.',
      }),
      editWindowMinutes: t.int({ description: 'In minutes. Null means no limit, 0 never.' }),
      retractWindowMinutes: t.int({ description: 'In minutes. Null means no limit, 0 never.' }),
      revisionsVisibleTo: t.field({
        type: RevisionAudienceEnum,
        description: 'The people who may see earlier texts of an edited message.',
      }),
      emailDelayMinutes: t.int({
        description: 'Minutes that a message stays unread before it is reported by e-mail, 0 to 10,080.',
      }),
      broadcastsPerHour: t.int({
        description: 'Maximum number of broadcasts that the company sends per hour, 0 to 1,000.',
      }),
      eventRetentionDays: t.int({ description: 'Days that events are kept, 1 to 365.' }),
      retentionDays: t.int({
        description:
          "Whole days that messages and SMS are kept, 1 to 36,500. 0 means without a limit, null the deployment's default.",
      }),
      spam: t.field({
        type: SpamSettingsInput,
        description:
          'The limits beyond which a message counts as spam. Limits that are left out stay as they are.',
      }),
      auditReadsVisible: t.boolean({
        description: 'True if participants are told when an auditor reads their conversation.',
      }),
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
    description: 'Returned when the settings have been changed.',
    outputFields: (t) => ({
      company: t.field({
        type: CompanyRef,
        description: 'The company after the change.',
        resolve: ({ company }) => company,
      }),
    }),
  },
)
