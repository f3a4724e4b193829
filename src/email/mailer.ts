import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { SendMailOptions } from 'nodemailer'
import { createFileOnce } from '../data-directory/create-file-once.ts'
import { createFolder } from '../data-directory/create-folder.ts'
import type { MailSettings } from '../env.ts'
import { oneLine, withoutDirections } from './mail-text.ts'

/** One e-mail to one person. */
export interface Mail {
  /** A UUID; a repeated one is recognised by mail programs, so a job that runs twice names the same. */
  id: string
  to: { name: string; address: string }
  subject: string
  text: string
  /** A link of unsubscribeUrl: mail programs show a button for it (RFC 8058). */
  unsubscribeUrl?: string | undefined
}

/** Sends e-mail. */
export interface Mailer {
  /** Done when the mail server has taken it, or the file lies there. Throws MailError: the job is to be tried again. */
  send(mail: Mail, signal?: AbortSignal): Promise<void>
  /** Asks whether e-mail could be sent, and says how. Throws MailError. */
  check(): Promise<string>
}

/** An e-mail did not get out. The message names the server's code alone: its words may repeat address and text. */
export class MailError extends Error {
  override readonly name = 'MailError'
}

/** One address: nothing that a header would read as a list, a name or a comment. */
const ADDRESS = /^[^\s<>()[\]:;,"\\@]+@[^\s<>()[\]:;,"\\@]+$/u

/** Makes the mailer: SMTP, or a file (.eml, private) for each e-mail in `folder`. */
export function createMailer(settings: MailSettings, folder: string): Mailer {
  const deliver = settings.smtpUrl ? bySmtp(settings.smtpUrl, settings.requireTls) : toDisk(folder)
  return {
    async send(mail, signal) {
      if (!ADDRESS.test(mail.to.address)) throw new MailError('The address is no e-mail address.')
      await deliver.send({ ...messageOf(mail, settings.from), signal })
    },
    check: () => deliver.check(),
  }
}

function messageOf({ id, to, subject, text, unsubscribeUrl }: Mail, from: string): SendMailOptions {
  const host = from.replace(/^.*@/, '').replace('>', '')
  return {
    messageId: `<${id}@${host}>`,
    from,
    to: { name: oneLine(to.name), address: to.address },
    subject: oneLine(subject),
    text: withoutDirections(text),
    headers: {
      'Auto-Submitted': 'auto-generated',
      ...(unsubscribeUrl && { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' }),
    },
    ...(unsubscribeUrl && { list: { unsubscribe: { url: unsubscribeUrl } } }),
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

/** Loaded with the first e-mail, so that a server starts faster. */
function nodemailer() {
  return import('nodemailer')
}

interface Delivery {
  send(message: SendMailOptions): Promise<void>
  check(): Promise<string>
}

function bySmtp(url: string, requireTls: boolean): Delivery {
  const timeouts = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 }
  const { host } = new URL(url)
  async function open() {
    const { createTransport } = await nodemailer()
    return createTransport({ url, ...(requireTls && { requireTLS: true }), ...timeouts })
  }
  return {
    async send(message) {
      await (await open()).sendMail(message).catch((error) => refuse(error, message))
    },
    async check() {
      await (await open()).verify().catch((error) => {
        throw new MailError(`The mail server ${host} cannot be used (${codesOf(error)}).`)
      })
      return `the mail server ${host} answers`
    },
  }
}

function refuse(error: SmtpError, { to }: SendMailOptions): never {
  const address = (typeof to === 'object' && 'address' in to && to.address) || ''
  // A domain alone is sent in its ASCII spelling.
  const needsUtf8 = !/^\p{ASCII}*$/u.test(address.slice(0, address.lastIndexOf('@')))
  const hint = needsUtf8 ? '; an address in letters beyond ASCII needs one with SMTPUTF8 (RFC 6531)' : ''
  throw new MailError(`The mail server did not take it (${codesOf(error)})${hint}.`)
}

interface SmtpError {
  code?: string
  responseCode?: number
}

function codesOf({ code, responseCode }: SmtpError): string {
  return [code, responseCode].filter(Boolean).join(', ') || 'no code'
}

function toDisk(folder: string): Delivery {
  return {
    async send(mail) {
      const { createTransport } = await nodemailer()
      const transport = createTransport({ streamTransport: true, buffer: true, newline: 'unix' })
      const { message } = await transport.sendMail(mail)
      await createFolder(folder)
      const name = `${new Date().toISOString().replaceAll(/[:.]/g, '-')}-${randomUUID()}.eml`
      await createFileOnce(join(folder, name), message.toString())
    },
    check: async () => `written to ${folder}; nobody receives it until SMTP_URL names a mail server`,
  }
}
