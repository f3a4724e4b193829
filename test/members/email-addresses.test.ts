import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMailer, type Mail } from '../../src/email/mailer.ts'
import type { TestApp, TestCompany } from '../support/app.ts'
import { type MailServer, startMailServer } from '../support/mail-server.ts'
import { sharedApp } from '../support/shared-app.ts'

const ACCEPTED: [string, string][] = [
  ['bob@acme.test', 'bob@acme.test'],
  ['Bob.Baker+x@ACME.test', 'Bob.Baker+x@ACME.test'],
  ['info@müller.de', 'info@müller.de'],
  ['info@xn--mller-kva.de', 'info@müller.de'],
  ['info@XN--MLLER-KVA.de', 'info@müller.de'],
  ['info@MÜLLER.de', 'info@müller.de'],
  ['info@mu\u0308ller.de', 'info@müller.de'],
  ['jörg@müller.de', 'jörg@müller.de'],
  ['jo\u0308rg@acme.test', 'jörg@acme.test'],
  ['用户@例子.中国', '用户@例子.中国'],
  ['user@xn--fsqu00a.xn--fiqs8s', 'user@例子.中国'],
  ['अजय.शर्मा@डाटा.भारत', 'अजय.शर्मा@डाटा.भारत'],
  ['δοκιμή@παράδειγμα.ελ', 'δοκιμή@παράδειγμα.ελ'],
  ['user@例子。中国', 'user@例子.中国'],
  ["o'brien@acme.test", "o'brien@acme.test"],
  [' bob@acme.test\u00a0', 'bob@acme.test'],
  ['info@müller.de\r\n', 'info@müller.de'],
]
const REFUSED = [
  'jörg',
  '@müller.de',
  'jörg@',
  'jörg@müller',
  'jörg@@müller.de',
  'jörg @müller.de',
  'jörg,bob@müller.de',
  'jörg<bob@müller.de',
  'jörg..x@müller.de',
  '.jörg@müller.de',
  'jörg.@müller.de',
  'j\u202eörg@müller.de',
  'j\u200dörg@müller.de',
  'j\u00a0örg@müller.de',
  'jörg@mül ler.de',
  'jörg@mül\nler.de',
  'jörg@-müller.de',
  'jörg@[127.0.0.1]',
  'jörg@127.0.0.1',
  'bob@xn--.de',
  'bob@xn--a.de',
  `${'ö'.repeat(33)}@acme.test`,
  `bob@${'ü'.repeat(60)}.${'ü'.repeat(60)}.${'ü'.repeat(60)}.${'ü'.repeat(60)}.de`,
  '💬@acme.test',
]

describe('the e-mail address of a member', () => {
  let app: TestApp
  let acme: TestCompany<'alice'>
  beforeAll(async () => {
    app = await sharedApp()
    acme = await app.company('Acme', { alice: 'owner' })
  })
  afterAll(() => app[Symbol.asyncDispose]())

  async function sync(emails: string[]) {
    const members = emails.map((email, index) => ({
      externalId: `m-${index}-${email.length}`,
      name: 'Jo',
      email,
    }))
    const counts = 'created updated unchanged problems { index detail }'
    return { members, result: await acme.alice.mutate('syncMembers', { members }, counts) }
  }

  it('may be in any script, and is stored in one spelling', async () => {
    const { members, result } = await sync(ACCEPTED.map(([given]) => given))
    expect(result).toMatchObject({ created: ACCEPTED.length, problems: [] })
    const { prisma } = app.application.services.database.forSystem(acme.companyUuid)
    for (const [index, [, stored]] of ACCEPTED.entries()) {
      const user = await prisma.user.findFirst({ where: { externalId: members[index]?.externalId ?? '' } })
      expect(user?.email).toBe(stored)
    }
    expect((await sync(ACCEPTED.map(([given]) => given))).result).toMatchObject({
      unchanged: ACCEPTED.length,
    })
    const { users } = await acme.alice.run('{ users(search: "jörg") { nodes { email } } }')
    expect(users.nodes.map(({ email }: { email: string }) => email).sort()).toEqual([
      'jörg@acme.test',
      'jörg@müller.de',
    ])
  })

  it('is refused where it is none, in any script', async () => {
    const { result } = await sync(REFUSED)
    const detail = 'email: This is not an e-mail address.'
    expect(result.problems).toEqual(REFUSED.map((_, index) => ({ index, detail })))
  })
})

describe('a digest to an internationalised address', () => {
  const mail = (address: string): Mail => ({
    id: randomUUID(),
    to: { name: 'Jörg', address },
    subject: 'x',
    text: 'x\n',
  })
  let server: MailServer
  beforeAll(async () => {
    server = await startMailServer()
  })
  afterAll(() => server[Symbol.asyncDispose]())
  const mailer = () => createMailer({ smtpUrl: server.url, from: 'chat@mail.example', requireTls: false }, '')

  it('reaches any mail server where the domain alone is internationalised', async () => {
    await mailer().send(mail('info@müller.de'))
    // The test's mail server shows the envelope decoded, the header as it came.
    expect(server.taken.splice(0)[0]?.headers).toMatch(/^To: .*<info@xn--mller-kva\.de>$/m)
  })

  it('reaches a mail server that knows SMTPUTF8', async () => {
    await mailer().send(mail('用户@例子.中国'))
    expect(server.taken.splice(0)[0]?.to).toEqual(['用户@例子.中国'])
  })

  it('says what the mail server lacks that refuses it, without the address', async () => {
    server.refuseWith = { code: 553, text: 'not ASCII: 用户' }
    const failure = await mailer()
      .send(mail('用户@例子.中国'))
      .catch((error: unknown) => error)
    expect(String(failure)).toContain('needs one with SMTPUTF8')
    expect(String(failure)).not.toContain('用户')
    const plain = await mailer()
      .send(mail('info@müller.de'))
      .catch((error: unknown) => error)
    expect(String(plain)).not.toContain('SMTPUTF8')
    server.refuseWith = undefined
  })
})
