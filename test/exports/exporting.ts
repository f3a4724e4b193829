import { expect, vi } from 'vitest'
import type { TestApp } from '../support/app.ts'
import type { Client, Data } from '../support/client.ts'

const EXPORT = 'id format from to state requestedBy { id } requestedAt messageCount checksum note'

/** Waiting here is for a busy machine. */
const WAIT = { timeout: 30_000, interval: 50 }

/** The last hour, up to now. */
function lastHour(): { from: string; to: string } {
  const now = Date.now()
  return { from: new Date(now - 3_600_000).toISOString(), to: new Date(now).toISOString() }
}

/** Requests an export and gives the whole result. */
export function request(by: Client, input: Record<string, unknown> = {}): Promise<Data> {
  return by.mutate('requestExport', { format: 'JSONL', ...lastHour(), ...input }, `export { ${EXPORT} }`)
}

/** Waits until an export has this state, and gives it. */
export function untilExport(by: Client, id: string, state = 'READY'): Promise<Data> {
  return vi.waitFor(async () => {
    const { node } = await by.run(`query ($id: ID!) { node(id: $id) { ... on Export { ${EXPORT} } } }`, {
      id,
    })
    expect(node.state).toBe(state)
    return node
  }, WAIT)
}

/** Creates a link to an export that is ready. */
export async function linkTo(by: Client, exportId: string): Promise<Data> {
  const link = await by.mutate('createExportLink', { exportId }, 'url manifestUrl expiresAt')
  if (link.__typename !== 'CreateExportLinkPayload') throw new Error(`No link: ${JSON.stringify(link)}`)
  return link
}

/** Reads what a link leads to at this server, whatever its public address is. */
export function open(app: TestApp, url: string, init: RequestInit = {}): Promise<Response> {
  return fetch(app.url + new URL(url).pathname, init)
}

/** Exports the last hour and gives the text of the file, and its manifest. */
export async function exported(
  app: TestApp,
  by: Client,
  input: Record<string, unknown> = {},
): Promise<{ text: string; manifest: Data; response: Response; id: string }> {
  const requested = await request(by, input)
  if (requested.__typename !== 'RequestExportPayload')
    throw new Error(`Not requested: ${JSON.stringify(requested)}`)
  const { id } = requested.export
  await untilExport(by, id)
  const { url, manifestUrl } = await linkTo(by, id)
  const response = await open(app, url)
  const manifest = await (await open(app, manifestUrl)).json()
  return { text: await response.text(), manifest, response, id }
}

/** The messages of a file of JSON Lines. */
export function messagesIn(text: string): Data[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}
