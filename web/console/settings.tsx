import { type Console, useConsole } from './context.ts'
import { SaveSettingsDocument, SaveSmsDocument, type SettingPartsFragment } from './operations.ts'
import { SectionHead } from './parts.tsx'
import { type SettingGroup, SettingsForm } from './settings-form.tsx'
import { change } from './trouble.ts'

const MAX_MINUTES = 5_256_000
/** The server may answer reads with earlier settings for a second. */
const STALE_MS = 1_100

/** The settings of the company with their limits. */
export function Settings() {
  const { session, words, viewer, messaging } = useConsole()
  const titles = words.groups
  const groups: readonly SettingGroup[] = [
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
  return (
    <>
      <SectionHead title={words.sections.settings} hint={words.settingsHint} />
      <SettingsForm
        name="settings"
        from={viewer.value?.company.settings ?? {}}
        groups={groups}
        save={async (input) => {
          const { company } = await change(session, SaveSettingsDocument, input)
          putSettings(viewer, company.settings)
          // Streams that the switch has ended begin again, once no read gives the settings before.
          if (session.phase.value === 'off' && 'messagingEnabled' in input) {
            setTimeout(() => void messaging.start(), STALE_MS)
          }
        }}
      />
    </>
  )
}

/** The settings of SMS: number, pace, quiet hours, and the answers to words such as HELP. */
export function SmsSettings() {
  const { session, words, viewer, locale } = useConsole()
  const sms = viewer.value?.company.settings.sms
  const titles = words.groups
  const groups: readonly SettingGroup[] = [
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
  const sent = new Intl.NumberFormat(locale).format(sms?.sentThisMonth ?? 0)
  return (
    <>
      <SectionHead title={words.sections.sms} hint={words.smsHint(sent)} />
      <SettingsForm
        name="sms"
        from={sms ?? {}}
        groups={groups}
        save={async (input) => {
          const { company } = await change(session, SaveSmsDocument, input)
          putSettings(viewer, company.settings)
        }}
      />
    </>
  )
}

/** Shows what the server has answered: for a moment another read may still give the settings before. */
function putSettings(viewer: Console['viewer'], settings: SettingPartsFragment): void {
  const { value } = viewer
  if (value) viewer.value = { ...value, company: { ...value.company, settings } }
}
