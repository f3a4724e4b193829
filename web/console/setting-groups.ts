import type { Console } from './context.ts'
import type { SettingGroup } from './settings-form.tsx'

type GroupTitles = Console['words']['groups']

const MAX_MINUTES = 5_256_000

/** The settings of the company, by subject. */
export function companyGroups(titles: GroupTitles): readonly SettingGroup[] {
  return [
    {
      title: titles.availability,
      settings: [
        { name: 'messagingEnabled', kind: 'switch' },
        { name: 'safeMode', kind: 'switch' },
      ],
    },
    {
      title: titles.messages,
      settings: [
        { name: 'editWindowMinutes', kind: 'number?', min: 0, max: MAX_MINUTES },
        { name: 'retractWindowMinutes', kind: 'number?', min: 0, max: MAX_MINUTES },
        { name: 'maxThreadDepth', kind: 'number', min: 0, max: 64 },
        { name: 'defaultGroupAccess', kind: ['OPEN', 'CLOSED', 'PRIVATE'] },
        { name: 'revisionsVisibleTo', kind: ['AUDITORS', 'PARTICIPANTS'] },
        { name: 'auditReadsVisible', kind: 'switch' },
      ],
    },
    {
      title: titles.retention,
      settings: [
        { name: 'retentionDays', kind: 'number?', min: 0, max: 36_500 },
        { name: 'eventRetentionDays', kind: 'number', min: 1, max: 365 },
      ],
    },
    {
      title: titles.rates,
      settings: [
        { name: 'broadcastsPerHour', kind: 'number', min: 0, max: 1_000 },
        { name: 'emailDelayMinutes', kind: 'number', min: 0, max: 10_080 },
        { name: 'sendLimits', kind: 'limits' },
      ],
    },
    {
      title: titles.spam,
      settings: [
        { name: 'spam.repeatedBodies', kind: 'number?', min: 1 },
        { name: 'spam.mentions', kind: 'number?', min: 0 },
        { name: 'spam.blockedDomains', kind: 'lines' },
        { name: 'spam.redirectors', kind: 'lines' },
        { name: 'spam.moderatorsExempt', kind: 'switch' },
      ],
    },
  ]
}

/** The settings of SMS, by subject. */
export function smsGroups(titles: GroupTitles): readonly SettingGroup[] {
  return [
    {
      title: titles.sending,
      settings: [
        { name: 'from', kind: 'text?' },
        { name: 'monthlyCap', kind: 'number?', min: 0 },
        { name: 'batchSize', kind: 'number', min: 1, max: 1_000 },
        { name: 'batchSeconds', kind: 'number', min: 1, max: 3_600 },
      ],
    },
    {
      title: titles.quiet,
      settings: [
        { name: 'timeZone', kind: 'text?' },
        { name: 'quietFrom', kind: 'time?' },
        { name: 'quietTo', kind: 'time?' },
      ],
    },
    {
      title: titles.answers,
      settings: [
        { name: 'keywordReplies', kind: ['COLLOQUY', 'PROVIDER'] },
        { name: 'stopWords', kind: 'lines' },
        ...['helpBusiness', 'helpPurpose', 'helpPhone', 'helpEmail', 'helpWebsite', 'helpDisclaimer'].map(
          (name) => ({ name, kind: 'text?' as const }),
        ),
      ],
    },
  ]
}
