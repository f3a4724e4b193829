import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'

/** An e-mail as the mail server received it. */
export interface TakenMail {
  from: string
  to: string[]
  /** Headers, with folded lines joined. */
  headers: string
  body: string
}

/** A mail server of a test's own. */
export interface MailServer extends AsyncDisposable {
  /** For SMTP_URL. */
  url: string
  taken: TakenMail[]
  /** Answers each recipient with this error while it is set. */
  refuseWith: { code: number; text: string } | undefined
}

/** Starts a mail server. With `secure` it requires TLS, for which it has no trusted certificate. */
export async function startMailServer({ secure = false } = {}): Promise<MailServer> {
  const state: Pick<MailServer, 'taken' | 'refuseWith'> = { taken: [], refuseWith: undefined }
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: secure ? [] : ['STARTTLS'],
    logger: false,
    onRcptTo(_address, _session, callback) {
      const rejection = state.refuseWith
      callback(rejection ? Object.assign(new Error(rejection.text), { responseCode: rejection.code }) : null)
    },
    onData(stream, { envelope }, callback) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const from = envelope.mailFrom ? envelope.mailFrom.address : ''
        const to = envelope.rcptTo.map(({ address }) => address)
        state.taken.push({ from, to, ...partsOf(Buffer.concat(chunks).toString()) })
        callback()
      })
    },
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve())
  })
  const { port } = server.server.address() as AddressInfo
  return Object.assign(state, {
    url: `smtp://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  })
}

/** Headers and body of an e-mail as it travels. */
export function partsOf(message: string): Pick<TakenMail, 'headers' | 'body'> {
  const [head = '', ...rest] = message.replaceAll('\r\n', '\n').split('\n\n')
  return { headers: head.replaceAll(/\n[ \t]+/g, ' '), body: rest.join('\n\n') }
}
