import type { Client } from '../support/client.ts'

const MINUTE_MS = 60_000

/** The fields of a message that is sent. */
export const SENT = 'message { id seq state } warning { signals detail }'

/** Sends a text, which may be taken for spam. */
export const send = (by: Client, to: Client, body: string, more: Record<string, unknown> = {}) =>
  by.mutate('sendMessage', { recipientId: to.userId, body, ...more }, `${SENT} `)

/** Runs a mutation whose text is refused for spam. */
export const refused = async (by: Client, input: Record<string, unknown>, mutation = 'sendMessage') => {
  const type = mutation.charAt(0).toUpperCase() + mutation.slice(1)
  const { result } = await by.run(
    `mutation ($input: ${type}Input!) { result: ${mutation}(input: $input) {
      __typename ... on SpamRefusedError { detail cooldownUntil } } }`,
    { input },
  )
  return result
}

/** Minutes until the person may send again. */
export const minutesLeft = (result: { cooldownUntil: string }) =>
  Math.round((Date.parse(result.cooldownUntil) - Date.now()) / MINUTE_MS)
