import type { Context, Services } from '../context.ts'
import { upsertGuests } from '../guests/operations/upsert-guests.ts'
import { encodeId } from '../ids.ts'
import { receiveSms } from '../sms/operations/receive-sms.ts'
import { sendGuestMessage } from '../sms/operations/send-guest-message.ts'
import { updateSmsSettings } from '../sms/operations/update-sms-settings.ts'

/** The number of the demo company. Numbers with 555-01 belong to nobody. */
const NUMBER = '+14155550100'
const MIA = '+14155550123'
const guests = [
  { externalId: 'guest-mia', name: 'Mia Meier', phone: MIA, email: 'mia@guests.test', consent: 'SUBSCRIBED' },
  { externalId: 'guest-noah', name: 'Noah Novak', phone: '+14155550124', consent: 'SUBSCRIBED' },
  { externalId: 'guest-olga', name: 'Olga Orlova', phone: '+14155550125' },
]

/**
 * Gives the demo company guests, settings for SMS and a conversation by SMS. Each step has no effect when repeated. There are
 * no quiet hours, so that a visitor sees messages being sent at night, too.
 */
export async function writeToGuests(services: Services, alice: Context): Promise<void> {
  await updateSmsSettings(alice, {
    from: NUMBER,
    helpBusiness: 'Acme',
    helpPurpose: 'news about your booking',
    helpEmail: 'help@acme.test',
    quietFrom: null,
    quietTo: null,
    batchSeconds: 1,
  })
  await upsertGuests(alice, { guests })
  const { companyId } = alice.viewer
  const mia = await alice.tenant.prisma.guest.findFirst({ where: { companyId, externalId: 'guest-mia' } })
  if (!mia) return
  await sendGuestMessage(alice, {
    guestIds: [encodeId('Guest', mia.id)],
    body: 'Hello Mia, your room is ready from two. Will you come by car?',
    idempotencyKey: 'demo conversation by SMS',
  })
  const sid = `SM${'0'.repeat(31)}1`
  await receiveSms(services, { sid, from: MIA, to: NUMBER, body: 'Yes, at about three. Thank you!' })
}
