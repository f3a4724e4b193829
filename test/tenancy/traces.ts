import type { Client, Data } from '../support/client.ts'
import type { Furnished } from './two-companies.ts'

/** The answer as it came; of a subscription the first one, or the error it ended with. */
export async function firstAnswer(client: Client, document: string, variables: Data): Promise<string> {
  if (!document.startsWith('subscription')) return JSON.stringify(await client.send(document, variables))
  await using recorder = client.subscribe(document, variables)
  return JSON.stringify(await recorder.until(({ answers, error }) => error ?? answers[0]))
}

/** Texts and ids of a company. */
export function tracesOf({ company, secret, ...ids }: Furnished): string[] {
  const { companyId, companyUuid, ...people } = company
  const { directId, groupId, directMessageId, groupMessageId, replyId, broadcastId } = ids
  const globalIds = [companyId, directId, groupId, directMessageId, groupMessageId, replyId, broadcastId]
  return [
    secret,
    companyUuid,
    ...globalIds,
    ...globalIds.map(uuidOf),
    ...Object.values(people).flatMap((person) => [person.userId, person.uuid]),
  ]
}

/** Texts and ids of conversations that others in the company are not in. */
export function hiddenTraces({
  groupId,
  directId,
  directMessageId,
  replyId,
  groupMessageId,
  secret,
}: Furnished): string[] {
  return [
    groupId,
    directId,
    directMessageId,
    replyId,
    groupMessageId,
    `${secret} plans`,
    `${secret} in confidence`,
  ]
}

/** The UUID in a global id. */
export function uuidOf(id: string): string {
  return Buffer.from(id, 'base64url').toString('utf8').split(':')[1] ?? ''
}
