import type { SmsEnvironment } from '../env/sms.ts'
import type { SmsSettingsRow } from './sms-settings.ts'

type Help = Pick<
  SmsSettingsRow,
  'helpBusiness' | 'helpPurpose' | 'helpPhone' | 'helpEmail' | 'helpWebsite' | 'helpDisclaimer'
>

/** Returns the answer to STOP, START or HELP, with the company's texts and the configured ones behind them. */
export function keywordReply(
  word: 'STOP' | 'START' | 'HELP',
  company: Partial<Help>,
  { help }: SmsEnvironment,
): string {
  const business = company.helpBusiness ?? help.business ?? 'us'
  if (word === 'STOP')
    return `You will receive no more messages from ${business}. Reply START to receive them again.`
  if (word === 'START') return `You will receive messages from ${business} again. Reply STOP to end them.`
  const contacts = [
    company.helpPhone ?? help.phone,
    company.helpEmail ?? help.email,
    company.helpWebsite ?? help.website,
  ].filter((contact) => contact)
  return [
    `${business}: ${company.helpPurpose ?? help.purpose ?? 'messages to guests'}.`,
    contacts.length > 0 ? `Contact: ${contacts.join(', ')}.` : undefined,
    company.helpDisclaimer ?? help.disclaimer,
    'Reply STOP to end.',
  ]
    .filter((part) => part)
    .join(' ')
}
