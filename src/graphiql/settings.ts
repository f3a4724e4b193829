import type { GraphiQLOptions } from 'graphql-yoga'
import type { Viewer } from '../auth/viewer.ts'
import type { Services } from '../context.ts'
import { encodeId } from '../ids.ts'
import type { DemoUser } from './graphiql.ts'
import { exampleOperations } from './operations.ts'

/** Somebody the page can ask as. */
interface Person {
  name: string
  /** Its name groups the choice. */
  companyName: string
  /** For X-Company-Id: a person may be in several companies. */
  companyId: string
  token: string
}

/** What the page is told by the server. */
export interface GraphiqlSettings {
  /** Names the database the tabs belong to: their ids mean nothing to another. */
  installation: string
  /** Fresh tokens, which replace those of the same people in remembered tabs. */
  tokens: string[]
  /** Those whom the page can ask as. */
  people: Person[]
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

/** What the page shows: example operations, signed in as the first two of the users if those can enter this database. */
export async function graphiqlSettings(
  services: Services,
  users: readonly DemoUser[],
): Promise<GraphiqlSettings> {
  const viewers = await Promise.all(users.map((user) => entered(services, user)))
  const [reader, writer] = viewers
  const pair = reader && writer ? { reader, writer } : undefined
  const headers = {
    reader: headersOf(reader, users[0]?.token),
    writer: headersOf(writer, users[1]?.token),
  }
  return {
    installation: pair ? encodeId('Company', pair.reader.companyId) : 'signed-out',
    tokens: pair ? users.map(({ token }) => token) : [],
    people: pair ? users.flatMap(({ token }, at) => personOf(viewers[at], token)) : [],
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

/** Undefined where the demo user is no member, as in a database that was never seeded. */
async function entered({ signIn, log }: Services, { token, company }: DemoUser): Promise<Viewer | undefined> {
  try {
    return await signIn.withToken(token, { named: company })
  } catch (error) {
    log.debug({ err: error, company }, 'GraphiQL cannot ask as a demo user')
    return undefined
  }
}

function personOf(viewer: Viewer | undefined, token: string): Person[] {
  if (!viewer) return []
  const { user, company, companyId } = viewer
  return [{ name: user.name, companyName: company.name, companyId: encodeId('Company', companyId), token }]
}

function headersOf(viewer: Viewer | undefined, token: string | undefined): string {
  if (!viewer || !token) return SIGNED_OUT
  return `{
  // ${viewer.user.name} of ${viewer.company.name}
  "Authorization": "Bearer ${token}"
}`
}
