import type { Values } from './variables.ts'

/** The sending of push messages to browsers. */
export interface PushSettings {
  /** Undefined means a key in the folder of the companies' secrets. */
  privateKey: string | undefined
  /** The address by which push services reach the operator. */
  subject: string
  /** An origin that is accepted besides push services, for tests. */
  testOrigin: string | undefined
}

/** Reads the settings of web push. Undefined means that it is off. */
export function pushOf(values: Values): PushSettings | undefined {
  if (values.WEB_PUSH === 'off') return undefined
  const { WEB_PUSH_SUBJECT, WEB_PUSH_TEST_ORIGIN, PUBLIC_URL, MAIL_FROM = 'colloquy@localhost' } = values
  const mail = `mailto:${/<(.+)>$/.exec(MAIL_FROM)?.[1] ?? MAIL_FROM}`
  return {
    privateKey: values.WEB_PUSH_PRIVATE_KEY,
    subject: WEB_PUSH_SUBJECT ?? (PUBLIC_URL?.startsWith('https:') ? PUBLIC_URL : mail),
    testOrigin: WEB_PUSH_TEST_ORIGIN && new URL(WEB_PUSH_TEST_ORIGIN).origin,
  }
}
