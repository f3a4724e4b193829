import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TestApp, TestCompany } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'
import { sharedApp } from '../support/shared-app.ts'

let app: TestApp
let acme: TestCompany<'sara' | 'bob' | 'adam'>
let globex: TestCompany<'gina'>
beforeAll(async () => {
  app = await sharedApp()
})
afterAll(() => app[Symbol.asyncDispose]())
beforeEach(async () => {
  acme = await app.company('Acme', { sara: 'supervisor', bob: 'member', adam: 'admin' })
  globex = await app.company('Globex', { gina: 'owner' })
})

const GUEST = 'id externalId name phone email timeZone consent needsConsentReview'

function upsert(client: Client, ...guests: Data[]): Promise<Data> {
  return client.mutate('upsertGuests', { guests }, 'created updated unchanged problems { index detail }')
}

async function list(client: Client, args: Data = {}): Promise<Data[]> {
  const document = `query ($search: String, $consent: ConsentState, $after: String, $first: Int) {
    guests(search: $search, consent: $consent, after: $after, first: $first) { nodes { ${GUEST} } } }`
  return (await client.run(document, args)).guests.nodes
}

const mia = {
  externalId: 'm-1',
  name: 'Mia Müller-Lüdenscheidt',
  phone: '+49 (151) 2345 6789',
  email: 'Mia@Example.test',
  timeZone: 'Europe/Berlin',
}

describe('an import of guests', () => {
  it('creates, updates and leaves alone, and can be repeated', async () => {
    const { sara } = acme
    expect(await upsert(sara, mia, { phone: '+14155550123' })).toMatchObject({ created: 2, problems: [] })
    expect(await upsert(sara, mia, { phone: '+1 415 555 0123' })).toMatchObject({ created: 0, unchanged: 2 })
    const changed = await upsert(
      sara,
      { externalId: 'm-1', email: null },
      { phone: '+14155550123', name: 'Joe' },
    )
    expect(changed).toMatchObject({ created: 0, updated: 2, problems: [] })
    expect(await list(sara)).toEqual([
      expect.objectContaining({ name: 'Joe', phone: '+14155550123', externalId: null }),
      expect.objectContaining({ ...mia, email: null, phone: '+4915123456789', consent: 'UNKNOWN' }),
    ])
    expect(await upsert(sara, { externalId: 'j-1', phone: '+14155550123' })).toMatchObject({ updated: 1 })
    expect(await list(sara, { search: 'Joe' })).toMatchObject([{ externalId: 'j-1' }])
  })

  it('reports rows with problems and applies the others', async () => {
    const { sara } = acme
    await upsert(sara, mia)
    const { created, problems } = await upsert(
      sara,
      { name: 'Nobody' },
      { phone: '4155550123' },
      { phone: '+49 30 901820' },
      { externalId: 'a', email: 'no address' },
      { externalId: 'b', timeZone: '+02:00' },
      { externalId: 'c', phone: '+14155550124' },
      { externalId: 'c', name: 'Twice' },
      { externalId: 'd', phone: '+1 415 555 0124' },
      { externalId: 'e', phone: mia.phone },
      { externalId: 'm-1', phone: null, name: 'a\0b' },
    )
    expect(created).toBe(1)
    expect(problems.map(({ index }: Data) => index)).toEqual([0, 1, 2, 3, 4, 6, 7, 8, 9])
    expect(problems.map(({ detail }: Data) => detail)).toEqual([
      'A guest needs an externalId or a phone.',
      'phone: This is not a phone number with its country, such as +1 415 555 0123.',
      'phone: This is a landline, which receives no SMS.',
      'email: This is not an e-mail address.',
      'timeZone: This is no time zone of the IANA database, such as Europe/Berlin.',
      'An earlier row of the same call has this externalId or phone.',
      'An earlier row of the same call has this externalId or phone.',
      'Another guest has this phone.',
      'name: A NUL character cannot be stored.',
    ])
    expect(await upsert(sara, ...Array.from({ length: 1001 }, () => mia))).toMatchObject({
      __typename: 'InvalidInputError',
      detail: 'At most 1,000 guests are taken at once.',
    })
  })

  it('lets two guests swap their phones', async () => {
    const { sara } = acme
    await upsert(sara, { externalId: 'a', phone: '+14155550101' }, { externalId: 'b', phone: '+14155550102' })
    const swapped = await upsert(
      sara,
      { externalId: 'a', phone: null },
      { externalId: 'b', phone: '+14155550101' },
    )
    expect(swapped).toMatchObject({ updated: 2, problems: [] })
    expect(await list(sara)).toMatchObject([{ phone: '+14155550101' }, { phone: null }])
  })

  it('wants GUEST_MESSAGE', async () => {
    expect(await upsert(acme.bob, mia)).toMatchObject({
      __typename: 'PermissionDeniedError',
      permission: 'GUEST_MESSAGE',
    })
    const { errors } = await acme.bob.send('{ guests { nodes { id } } }')
    expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN')
  })

  it('of a thousand, run twice at once, creates each guest once', async () => {
    const { sara, adam } = acme
    const many = Array.from({ length: 1000 }, (_, at) => ({
      externalId: `g-${at}`,
      name: `Guest Number${at}`,
      phone: `+1415555${String(at).padStart(4, '0')}`,
    })).filter(({ phone }) => phone)
    const results = await Promise.all([upsert(sara, ...many), upsert(adam, ...many)])
    const sum = (name: string) => results.reduce((total, result) => total + result[name], 0)
    expect(sum('created') + sum('unchanged') + results[0].problems.length * 2).toBe(2000)
    expect(sum('created')).toBe(sum('unchanged'))
    expect(await list(sara, { search: 'number99' })).toHaveLength(11)
  })
})

describe('a search for guests', () => {
  it('finds them by phone, e-mail and words of the name in any spelling', async () => {
    const { sara } = acme
    await upsert(sara, mia, { externalId: 'x', name: 'Maximilian Meier' })
    for (const search of [
      '+4915123456789',
      '+49 151 2345 6789',
      'mia@example.test',
      'MIA',
      'mull',
      'muller',
      'lud',
      'mia lüd',
      'Müller-Lüdenscheidt',
    ]) {
      expect(await list(sara, { search }), search).toMatchObject([{ externalId: 'm-1' }])
    }
    expect(await list(sara, { search: 'max mei' })).toMatchObject([{ externalId: 'x' }])
    for (const search of ['mi', 'example.test', '15123456789', 'nobody', '%', 'mia max']) {
      expect(await list(sara, { search }), search).toEqual([])
    }
  })

  it('pages, and filters by consent', async () => {
    const { sara } = acme
    await upsert(
      sara,
      ...['a', 'b', 'c'].map((externalId) => ({ externalId, name: 'Same Name', consent: 'SUBSCRIBED' })),
      { externalId: 'd', name: 'Same Name' },
    )
    const document = `query ($search: String, $after: String) {
      guests(search: $search, consent: SUBSCRIBED, first: 2, after: $after) {
        nodes { externalId } pageInfo { endCursor hasNextPage } } }`
    for (const search of ['same', undefined]) {
      const first = await sara.run(document, { search })
      const { endCursor } = first.guests.pageInfo
      const second = await sara.run(document, { search, after: endCursor })
      expect(
        [...first.guests.nodes, ...second.guests.nodes].map(({ externalId }: Data) => externalId),
      ).toEqual(['c', 'b', 'a'])
      expect(second.guests.pageInfo.hasNextPage).toBe(false)
    }
  })
})

describe('a person who is a guest of two companies', () => {
  it('is two guests, and neither company sees the other one', async () => {
    await upsert(acme.sara, { ...mia, name: 'Mia of Acme', consent: 'SUBSCRIBED' })
    await upsert(globex.gina, { ...mia, name: 'Mia of Globex' })
    expect(await list(acme.sara, { search: mia.phone })).toMatchObject([
      { name: 'Mia of Acme', consent: 'SUBSCRIBED' },
    ])
    expect(await list(globex.gina, { search: mia.email })).toMatchObject([
      { name: 'Mia of Globex', consent: 'UNKNOWN' },
    ])
    const [theirs] = await list(globex.gina)
    expect(
      (await acme.sara.run('query ($id: ID!) { guest(id: $id) { id } }', { id: theirs?.id })).guest,
    ).toBeNull()
  })
})
