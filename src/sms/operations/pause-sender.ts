import type { Services } from '../../context.ts'
import { statement } from '../../database/statement.ts'
import { UNREGISTERED } from '../provider.ts'

const pause = statement({
  name: 'pause_sms_sender',
  parameters: ['number', 'code'],
  text: 'insert into app.sms_senders (number, provider_code) values (:number, :code) on conflict do nothing',
})

/** Pauses a number that no carrier knows, for all companies that use it, until an operator resumes it. */
export async function pauseUnregistered({ database, log }: Services, number: string): Promise<void> {
  await database.acrossCompanies(pause, { number, code: UNREGISTERED })
  log.error({ code: UNREGISTERED }, 'the provider lets a number send no SMS: run the doctor')
}
