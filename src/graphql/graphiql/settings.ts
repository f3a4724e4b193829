import type { GraphiQLOptions } from 'graphql-yoga'
import type { Viewer } from '../../auth/viewer.ts'
import type { Services } from '../../context.ts'
import { encodeId } from '../../ids.ts'
import { exampleOperations, type Pair } from './operations.ts'

/** What the page is told by the server. */
export interface GraphiqlSettings {
  /** Names the database the tabs belong to: their ids mean nothing to another. */
  installation: string
  /** Fresh tokens, which replace those of the same people in remembered tabs. */
  tokens: string[]
  /** Those whom the page can ask as. */
  people: { name: string; token: string }[]
  options: GraphiQLOptions
}

const LOGO = `<svg viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">
  <path fill="#6d5ef6" d="M5 3h16a4 4 0 0 1 4 4v8a4 4 0 0 1-4 4h-9l-6 5v-5H5a4 4 0 0 1-4-4V7a4 4 0 0 1 4-4z"/>
  <path fill="#22c5a9" d="M27 11a4 4 0 0 1 4 4v7a4 4 0 0 1-4 4v4l-5-4h-8a4 4 0 0 1-4-3l2-2h9a6 6 0 0 0 6-6z"/>
  <g fill="#fff"><circle cx="8" cy="11" r="1.7"/><circle cx="13" cy="11" r="1.7"/><circle cx="18" cy="11" r="1.7"/></g>
</svg>`

/** The logo as an address, for the tab of the browser. */
export const favicon = `data:image/svg+xml,${encodeURIComponent(LOGO.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" '))}`

const SIGNED_OUT = `{
  // Paste an access token of your identity provider (in development,
  // "npm run --silent cli -- token <login>" prints one):
  // "Authorization": "Bearer …"
}`

/** What the page shows: example operations, signed in with the first two tokens if those open this database. */
export async function graphiqlSettings(services: Services, tokens: string[]): Promise<GraphiqlSettings> {
  const [reader, writer] = tokens
  const pair = reader && writer ? await pairOf(services, reader, writer) : undefined
  const headers = {
    reader: headersOf(pair?.reader, reader),
    writer: headersOf(pair?.writer, writer),
  }
  return {
    installation: pair ? encodeId('Company', pair.reader.companyId) : 'signed-out',
    tokens: pair ? tokens : [],
    people: pair
      ? [pair.reader, pair.writer].map(({ user }, at) => ({ name: user.name, token: tokens[at] ?? '' }))
      : [],
    options: {
      title: 'Colloquy',
      logo: LOGO,
      defaultHeaders: headers.reader,
      defaultTabs: exampleOperations(pair).map(({ by, query, variables }) => ({
        query,
        headers: headers[by],
        ...(variables && { variables: JSON.stringify(variables, null, 2) }),
      })),
      defaultEditorToolsVisibility: pair ? 'variables' : 'headers',
      // A demo token may stay in the browser; somebody's own may not.
      shouldPersistHeaders: pair !== undefined,
    },
  }
}

/** Undefined where the demo people are no members, as in a database that was never seeded. */
async function pairOf({ signIn, log }: Services, reader: string, writer: string): Promise<Pair | undefined> {
  try {
    return { reader: await signIn.withToken(reader, {}), writer: await signIn.withToken(writer, {}) }
  } catch (error) {
    log.debug({ err: error }, 'GraphiQL is not signed in')
    return undefined
  }
}

function headersOf(viewer: Viewer | undefined, token: string | undefined): string {
  if (!viewer || !token) return SIGNED_OUT
  return `{
  // ${viewer.user.name} of ${viewer.company.name}
  "Authorization": "Bearer ${token}"
}`
}
