import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApp, type TestApp, type TestCompany } from '../support/app.ts'
import { tableContents } from '../support/table-contents.ts'
import { calls, document } from './text-places.ts'

let app: TestApp
let acme: TestCompany<'alice' | 'bob'>
beforeAll(async () => {
  app = await startApp()
  acme = await app.company('Acme', { alice: 'owner', bob: 'member' })
  await acme.alice.run('{ viewer { user { id } } }')
  // A company's keys are made for the first act that is recorded, whether it is refused or not.
  await app.application.services.keyring.forCompany(acme.companyUuid)
})
afterAll(() => app[Symbol.asyncDispose]())

const BAD_TEXTS = [
  ['a NUL', 'a\0b'],
  ['half a character', 'a\ud83d'],
  ['the other half', '\ude00b'],
] as const

/** Mutations that report rows with problems and apply the others. */
const IMPORTS: Record<string, string> = {
  syncMembers: 'SyncMembersPayload',
  upsertGuests: 'UpsertGuestsPayload',
}

describe('every text of every mutation', () => {
  const texts = calls('Mutation')

  it('is found', () => {
    expect(texts.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'sendMessage(input.body)',
        'sendMessage(input.idempotencyKey)',
        'sendMessage(input.mentionIds.0)',
        'acknowledgeDelivery(input.marks.0.conversationId)',
        'syncMembers(input.members.0.department)',
        'createGroup(input.description)',
      ]),
    )
  })

  it.each(texts)('$name refuses NUL and half characters, and nothing is written', async (call) => {
    const before = await tableContents(app.database.adminUrl)
    for (const [, text] of BAD_TEXTS) {
      const problems = IMPORTS[call.field]
        ? `... on ${IMPORTS[call.field]} { problems { index detail } }`
        : ''
      const query = document(
        'mutation',
        call.field,
        call.arguments,
        `{ __typename ${problems} ... on InvalidInputError { issues { path detail } } }`,
      )
      const { data, errors } = await acme.alice.send(query, call.variables(text))
      expect(errors).toBeUndefined()
      if (IMPORTS[call.field]) {
        // Rows with problems are reported, and the rest applied: here there is one row.
        expect(data?.result).toMatchObject({ problems: [{ index: 0, detail: expect.stringMatching(/\w+/) }] })
      } else {
        expect(data?.result.__typename).toBe('InvalidInputError')
        const paths = data?.result.issues.map(({ path }: { path: string[] }) => ['input', ...path].join('.'))
        expect(paths).toContain(call.path.join('.'))
      }
      expect(await tableContents(app.database.adminUrl)).toEqual(before)
    }
  })
})

describe('every text of every query and subscription', () => {
  it.each(calls('Query'))('$name answers NUL and half characters in plain words', async (call) => {
    for (const [, text] of BAD_TEXTS) {
      const { errors } = await acme.alice.send(
        document('query', call.field, call.arguments, '{ __typename }'),
        call.variables(text),
      )
      expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(['BAD_USER_INPUT'])
    }
  })

  it.each(calls('Subscription'))('$name refuses NUL and half characters', async (call) => {
    for (const [, text] of BAD_TEXTS) {
      const query = document('subscription', call.field, call.arguments, '{ __typename }')
      await using rejection = acme.alice.subscribe(query, call.variables(text))
      const code = await rejection.until(({ answers, error }) => {
        const [first] = (answers[0]?.errors ?? error ?? []) as { extensions?: { code?: string } }[]
        return first?.extensions?.code
      })
      expect(['BAD_USER_INPUT', 'CURSOR_EXPIRED', 'NOT_FOUND']).toContain(code)
    }
  })
})

describe('every number', () => {
  it.each([[2 ** 31], [-(2 ** 31) - 1], [1e300], [1.5], ['7']])(
    'such as %s is BAD_USER_INPUT where it is no Int',
    async (number) => {
      const conversationId = await acme.alice.group('Numbers')
      const inputs = {
        markRead: { conversationId, upToSeq: number },
        markUnread: { conversationId, fromSeq: number },
        acknowledgeDelivery: { marks: [{ conversationId, upToSeq: number }] },
        updateCompanySettings: { maxThreadDepth: number },
      }
      for (const [field, input] of Object.entries(inputs)) {
        const type = `${field.charAt(0).toUpperCase()}${field.slice(1)}Input`
        const { errors } = await acme.alice.send(
          `mutation ($input: ${type}!) { ${field}(input: $input) { __typename } }`,
          { input },
        )
        expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT')
      }
    },
  )
})
