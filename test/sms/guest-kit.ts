import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { TestApp } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { query } from '../support/embedded-postgres.ts'

/** The fields of a message that tests look at. */
const MESSAGE =
  'id body recipientCount counts { status count } deliveries { nodes { id status providerCode } }'

/** Sends without quiet hours and at full pace. */
export async function openAllDay(client: Client, more: Data = {}): Promise<void> {
  const settings = { quietFrom: null, quietTo: null, batchSize: 1000, batchSeconds: 1, ...more }
  const answer = await client.mutate('updateSmsSettings', settings)
  expect(answer.__typename).toBe('UpdateSmsSettingsPayload')
}

/** Imports guests with these phones, subscribed unless said otherwise, and gives their ids. */
export async function guestsWith(client: Client, phones: string[], more: Data = {}): Promise<string[]> {
  const guests = phones.map((phone) => ({ phone, name: `Guest ${phone}`, consent: 'SUBSCRIBED', ...more }))
  const { problems } = await client.mutate('upsertGuests', { guests }, 'problems { detail }')
  expect(problems).toEqual([])
  return Promise.all(phones.map(async (phone) => (await guestWith(client, phone)).id))
}

/** Finds a guest by phone. */
export async function guestWith(client: Client, phone: string): Promise<Data> {
  const { guests } = await client.run(
    'query ($phone: String) { guests(search: $phone, first: 1) { nodes { id consent needsConsentReview consentEvents(first: 5) { nodes { state source words } } } } }',
    { phone },
  )
  return guests.nodes[0]
}

/** Sends a message and gives the result of the mutation. */
export function send(client: Client, input: Data): Promise<Data> {
  return client.mutate(
    'sendGuestMessage',
    { body: 'Your table is ready.', ...input },
    `guestMessage { ${MESSAGE} } skipped preview { encoding segments costEstimate }`,
  )
}

/** Reads a message again. */
export async function readMessage(client: Client, id: string): Promise<Data> {
  return (await client.run(`query ($id: ID!) { guestMessage(id: $id) { ${MESSAGE} } }`, { id })).guestMessage
}

/** Waits until the deliveries of a message have these numbers by status. */
export async function untilCounts(client: Client, id: string, counts: Record<string, number>): Promise<void> {
  await expect
    .poll(
      async () => {
        const found = (await readMessage(client, id)).counts as { status: string; count: number }[]
        return Object.fromEntries(found.map(({ status, count }) => [status, count]))
      },
      { timeout: 25_000, interval: 100 },
    )
    .toEqual(counts)
}

/** The SMS that the default provider has written, as texts. */
export async function written(app: TestApp): Promise<string[]> {
  const folder = join(app.environment.dataDirectory, 'sms')
  const names = await readdir(folder).catch(() => [])
  return Promise.all(names.sort().map((name) => readFile(join(folder, name), 'utf8')))
}

/** Lets the time of everything that waits come. */
export async function hurry(app: TestApp): Promise<void> {
  await query(app.database.adminUrl, `update guest_deliveries set due_at = now() where status = 'QUEUED'`)
  await query(
    app.database.adminUrl,
    'update graphile_worker._private_jobs set run_at = now() where locked_at is null',
  )
}

/** So many telephone numbers of an area. */
export const phones = (count: number, area = 415) =>
  Array.from({ length: count }, (_, at) => `+1${area}5550${String(at + 100)}`)
