import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createMailer, type Mail, MailError } from '../../src/email/mailer.ts'
import { startApp } from '../support/app.ts'
import { type MailServer, partsOf, startMailServer } from '../support/mail-server.ts'

const FROM = 'Colloquy <chat@mail.example>'
const LINK = `https://chat.example/unsubscribe/${'Ab3_-'.repeat(13)}`

const mail = (changes: Partial<Mail> = {}): Mail => ({
  id: randomUUID(),
  to: { name: 'Bøb Baker', address: 'bob@acme.test' },
  subject: 'Grüße: 2 unread messages',
  text: 'Hello Bob,\n\n.\nyou have not read everything.\n',
  unsubscribeUrl: LINK,
  ...changes,
})

let folder: string
let server: MailServer
beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'colloquy-mail-')), 'data', 'mail')
  server = await startMailServer()
})
beforeEach(() => {
  server.taken.splice(0)
  server.refuseWith = undefined
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await rm(join(folder, '../..'), { recursive: true })
})

const overSmtp = (url = server.url, requireTls = false) =>
  createMailer({ smtpUrl: url, from: FROM, requireTls }, folder)
const toDisk = () => createMailer({ smtpUrl: undefined, from: FROM, requireTls: false }, folder)

async function problemOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof MailError)) throw new Error(`no MailError but ${error}`)
  return error.message
}

describe('over SMTP', () => {
  it('reaches the mail server whole, with a link that mail programs know how to use', async () => {
    const sent = mail()
    await overSmtp().send(sent)
    const [taken] = server.taken
    expect(taken).toMatchObject({ from: 'chat@mail.example', to: ['bob@acme.test'] })
    expect(taken?.headers).toContain(`\nList-Unsubscribe: <${LINK}>\n`)
    expect(taken?.headers).toContain('\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n')
    expect(taken?.headers).toContain(`Message-ID: <${sent.id}@mail.example>`)
    expect(taken?.headers).toContain('Auto-Submitted: auto-generated')
    expect(taken?.body).toContain('\n.\nyou have not read everything.')
    await overSmtp().send(mail({ unsubscribeUrl: undefined }))
    expect(server.taken[1]?.headers).not.toContain('List-')
  })

  it('has no place for headers or recipients in what people are called', async () => {
    const evil = 'Eve\r\nBcc: all@acme.test\u2028X: y'
    await overSmtp().send(mail({ to: { name: evil, address: 'eve@acme.test' }, subject: evil }))
    expect(server.taken[0]?.to).toEqual(['eve@acme.test'])
    expect(server.taken[0]?.headers).not.toMatch(/^(Bcc|X):/im)
    for (const address of [
      '',
      'bob',
      'a@acme.test, b@acme.test',
      'a@acme.test\r\nRCPT TO:<b@acme.test>',
      '<a@b>',
    ]) {
      expect(await problemOf(overSmtp().send(mail({ to: { name: '', address } })))).toContain(
        'no e-mail address',
      )
    }
    expect(server.taken).toHaveLength(1)
  })

  it('fails with the code alone, so that the job is tried again and the log tells of nobody', async () => {
    server.refuseWith = { code: 550, text: 'no bob@acme.test here' }
    const refused = await problemOf(overSmtp().send(mail()))
    expect(refused).toBe('The mail server did not take it (EENVELOPE, 550).')
    const away = 'smtp://127.0.0.1:1'
    expect(await problemOf(overSmtp(away).send(mail()))).toMatch(/\(ESOCKET|ECONN/)
    expect(await problemOf(overSmtp(away).check())).toMatch(/^The mail server 127\.0\.0\.1:1 cannot be used/)
    expect(server.taken).toEqual([])
  })

  it('is not spoken without TLS where that is wanted', async () => {
    expect(await problemOf(overSmtp(server.url, true).send(mail()))).toMatch(/ETLS/)
    await using untrusted = await startMailServer({ secure: true })
    expect(await problemOf(overSmtp(untrusted.url, true).send(mail()))).toMatch(/ETLS|ESOCKET|CERT/)
    expect([...server.taken, ...untrusted.taken]).toEqual([])
  })

  it('tells whether the server answers', async () => {
    expect(await overSmtp().check()).toMatch(/^the mail server 127\.0\.0\.1:\d+ answers$/)
  })
})

describe('to disk', () => {
  it('is a private file for each e-mail, complete from its first moment', async () => {
    await Promise.all([toDisk().send(mail()), toDisk().send(mail({ subject: 'Another' }))])
    const names = await readdir(folder)
    expect(names).toEqual([
      expect.stringMatching(/^[\dTZ-]+-[\da-f-]{36}\.eml$/),
      expect.stringMatching(/\.eml$/),
    ])
    const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
    const [first] = texts.map(partsOf).filter(({ headers }) => !headers.includes('Another'))
    expect(first?.headers).toMatch(/^To: =\?UTF-8\?.* <bob@acme\.test>$/m)
    expect(first?.headers).toContain('From: Colloquy <chat@mail.example>')
    expect(first?.body).toContain('Hello Bob,')
    expect((await stat(join(folder, names[0] ?? ''))).mode & 0o777).toBe(0o600)
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    expect(await toDisk().check()).toContain(folder)
  })

  it('is where a server sends e-mail that was told nothing else', async () => {
    await using app = await startApp()
    await app.application.services.mailer.send(mail())
    expect(await readdir(join(app.environment.dataDirectory, 'mail'))).toHaveLength(1)
  })
})
