import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { SendMailOptions } from 'nodemailer'
import { createFileOnce } from '../data-directory/create-file-once.ts'
import { createFolder } from '../data-directory/create-folder.ts'
import type { MailSettings } from '../env.ts'
import { oneLine, withoutDirections } from './mail-text.ts'

/** An e-mail to one person. */
export interface Mail {
  /** A UUID. A job that runs twice uses the same one, so that mail programs recognise the duplicate. */
  id: string
  to: { name: string; address: string }
  subject: string
  text: string
  /** A link for unsubscribing, which mail programs show as a button (RFC 8058). */
  unsubscribeUrl?: string | undefined
}

/** Sends e-mail. */
export interface Mailer {
  /**
   * Resolves when the mail server has accepted the e-mail or the file is written. Throws MailError; the job is then
   * repeated.
   */
  send(mail: Mail, signal?: AbortSignal): Promise<void>
  /** Checks that e-mail can be sent, and returns a description of how. Throws MailError. */
  check(): Promise<string>
}

/**
 * Thrown when an e-mail could not be sent. The message contains only the server's code, because the server's words may
 * repeat the address and the text.
 */
export class MailError extends Error {
  override readonly name = 'MailError'
}

/** Matches one address without characters that a header would read as a list, a name or a comment. */
const ADDRESS = /^[^\s<>()[\]:;,"\\@]+@[^\s<>()[\]:;,"\\@]+$/u

/** Creates the mailer: SMTP, or a private .eml file per e-mail in `folder`. */
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
  // A domain is sent in its ASCII spelling, so only the local part decides.
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
