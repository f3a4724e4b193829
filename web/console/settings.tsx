import { type Console, useConsole } from './context.ts'
import { SaveSettingsDocument, SaveSmsDocument, type SettingPartsFragment } from './operations.ts'
import { SectionHead } from './parts.tsx'
import { companyGroups, smsGroups } from './setting-groups.ts'
import { SettingsForm } from './settings-form.tsx'
import { change } from './trouble.ts'

/** The server may answer reads with earlier settings for a second. */
const STALE_MS = 1_100

/** The settings of the company with their limits. */
export function Settings() {
  const { session, words, viewer, messaging } = useConsole()
  return (
    <>
      <SectionHead title={words.sections.settings} hint={words.settingsHint} />
      <SettingsForm
        name="settings"
        from={viewer.value?.company.settings ?? {}}
        groups={companyGroups(words.groups)}
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
  const sent = new Intl.NumberFormat(locale).format(sms?.sentThisMonth ?? 0)
  return (
    <>
      <SectionHead title={words.sections.sms} hint={words.smsHint(sent)} />
      <SettingsForm
        name="sms"
        from={sms ?? {}}
        groups={smsGroups(words.groups)}
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
