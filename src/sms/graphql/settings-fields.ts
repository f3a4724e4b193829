import { CompanyRef, CompanySettingsRef } from '../../companies/graphql/refs.ts'
import { InvalidInputError, PermissionDeniedError } from '../../errors.ts'
import { builder } from '../../graphql/builder.ts'
import { standardLimit } from '../../graphql/rate-limit-plugin.ts'
import { updateSmsSettings } from '../operations/update-sms-settings.ts'
import { monthOf } from '../quiet-hours.ts'
import { answersKeywords } from '../sms-service.ts'
import { DEFAULT_ZONE, readSmsSettings, type SmsSettingsRow } from '../sms-settings.ts'

const KeywordRepliesEnum = builder.enumType('KeywordReplies', {
  description: 'The party that answers STOP, START and HELP. If both did, a guest would be answered twice.',
  values: {
    PROVIDER: { description: 'The SMS provider.' },
    COLLOQUY: { description: 'This server.' },
  } as const,
})

const texts = {
  helpBusiness: 'Name of the business in the answers to STOP, START and HELP.',
  helpPurpose: 'The purpose of the messages, in the answer to HELP.',
  helpPhone: 'A phone for questions, in the answer to HELP.',
  helpEmail: 'An e-mail address for questions, in the answer to HELP.',
  helpWebsite: 'A website, in the answer to HELP.',
  helpDisclaimer: 'A last sentence of the answer to HELP.',
  timeZone: "The company's IANA time zone, for quiet hours and the monthly cap. Null means UTC.",
  quietFrom:
    'Time of day from which nothing is sent, such as 21:00, in the time zone of the guest. Null means none.',
  quietTo: 'Time of day from which messages are sent again, such as 08:00.',
} as const
const numbers = {
  batchSize: 'Number of SMS in a batch, 1 to 1,000.',
  batchSeconds: 'Seconds from one batch to the next, 1 to 3,600.',
} as const
const fromText = 'The number that messages are sent from. Null means the one of the deployment.'
const capText = 'Maximum number of SMS in a month. Null means no limit. The others wait for the next month.'
const stopText = 'Further words that mean STOP, as a whole message; at most 50.'

const SmsSettingsRef = builder.objectRef<SmsSettingsRow>('SmsSettings').implement({
  description: 'The settings of a company for SMS.',
  fields: (t) => {
    const text = (name: keyof typeof texts) =>
      t.exposeString(name, { nullable: true, description: texts[name] })
    return {
      from: t.exposeString('fromNumber', { nullable: true, description: fromText }),
      helpBusiness: text('helpBusiness'),
      helpPurpose: text('helpPurpose'),
      helpPhone: text('helpPhone'),
      helpEmail: text('helpEmail'),
      helpWebsite: text('helpWebsite'),
      helpDisclaimer: text('helpDisclaimer'),
      timeZone: text('timeZone'),
      quietFrom: text('quietFrom'),
      quietTo: text('quietTo'),
      batchSize: t.exposeInt('batchSize', { description: numbers.batchSize }),
      batchSeconds: t.exposeInt('batchSeconds', { description: numbers.batchSeconds }),
      monthlyCap: t.exposeInt('monthlyCap', { nullable: true, description: capText }),
      sentThisMonth: t.int({
        description: "Number of SMS handed to the provider in this month of the company's zone.",
        resolve: ({ month, monthCount, timeZone }) =>
          month === monthOf(new Date(), timeZone ?? DEFAULT_ZONE).month ? monthCount : 0,
      }),
      keywordReplies: t.field({
        type: KeywordRepliesEnum,
        description:
          'The party that answers STOP, START and HELP. Without a setting it is Twilio where that sends.',
        resolve: (settings, _args, { services }) =>
          answersKeywords(services.sms, settings) ? ('COLLOQUY' as const) : ('PROVIDER' as const),
      }),
      stopWords: t.exposeStringList('stopWords', { description: stopText }),
      meta: t.field({
        type: 'JSON',
        nullable: true,
        description: "The embedding product's own data.",
        resolve: ({ meta }) => meta ?? null,
      }),
    }
  },
})

builder.objectFields(CompanySettingsRef, (t) => ({
  sms: t.field({
    type: SmsSettingsRef,
    description: 'The settings for SMS.',
    resolve: (_company, _args, { tenant }) => readSmsSettings(tenant),
  }),
}))

builder.relayMutationField(
  'updateSmsSettings',
  {
    description: 'The settings to change. Settings that are left out stay as they are, and null empties one.',
    inputFields: (t) => {
      const text = (name: keyof typeof texts) => t.string({ description: texts[name] })
      return {
        from: t.string({
          description: `${fromText} A number that another company uses is assigned by the operator.`,
        }),
        helpBusiness: text('helpBusiness'),
        helpPurpose: text('helpPurpose'),
        helpPhone: text('helpPhone'),
        helpEmail: text('helpEmail'),
        helpWebsite: text('helpWebsite'),
        helpDisclaimer: text('helpDisclaimer'),
        timeZone: text('timeZone'),
        quietFrom: text('quietFrom'),
        quietTo: text('quietTo'),
        batchSize: t.int({ description: numbers.batchSize }),
        batchSeconds: t.int({ description: numbers.batchSeconds }),
        monthlyCap: t.int({ description: capText }),
        keywordReplies: t.field({
          type: KeywordRepliesEnum,
          description: 'The party that answers STOP, START and HELP.',
        }),
        stopWords: t.stringList({ description: stopText }),
        meta: t.field({ type: 'JSON', description: "The embedding product's own data, up to 8 KiB." }),
      }
    },
  },
  {
    description: "Changes the company's settings for SMS.",
    authScopes: { permission: 'COMPANY_MANAGE' },
    directives: standardLimit,
    errors: {
      types: [PermissionDeniedError, InvalidInputError],
      union: { description: 'The payload, or the error that the caller can act on.' },
    },
    resolve: (_root, { input }, context) => updateSmsSettings(context, input),
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
