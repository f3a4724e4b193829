import { expect } from 'vitest'
import type { TestApp } from './app.ts'
import type { Client, Data } from './client.ts'
import { tableContents } from './table-contents.ts'

/** Runs a send that must fail, and returns its answer. No row may differ afterwards. */
export async function refusedSend(
  app: TestApp,
  sender: Client,
  input: Record<string, unknown>,
): Promise<Data> {
  const before = await tableContents(app.database.adminUrl)
  const answer = await sender.send(
    `mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
      __typename ... on UserError { detail } ... on InvalidInputError { issues { path detail } } } }`,
    { input },
  )
  expect(await tableContents(app.database.adminUrl)).toEqual(before)
  expect(JSON.stringify(answer)).not.toMatch(/\b(select|insert|zod|stack)\b|at .*\.ts|input: expected/i)
  return (
    answer.data?.sendMessage ?? {
      code: answer.errors?.[0]?.extensions?.code,
      message: answer.errors?.[0]?.message,
    }
  )
}

/** An InvalidInputError with one issue. */
export function issue(path: string, detail: string | RegExp) {
  const text = typeof detail === 'string' ? detail : expect.stringMatching(detail)
  return { __typename: 'InvalidInputError', detail: text, issues: [{ path: path.split('.'), detail: text }] }
}
