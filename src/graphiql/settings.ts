import type { GraphiQLOptions } from 'graphql-yoga'
import type { Viewer } from '../auth/viewer.ts'
import type { Services } from '../context.ts'
import { encodeId } from '../ids.ts'
import type { DemoUser } from './graphiql.ts'
import { exampleOperations } from './operations.ts'

/** A person that the page can send requests as. */
interface Person {
  name: string
  /** The company's name, by which people are grouped. */
  companyName: string
  /** The value of X-Company-Id, because a person may have several companies. */
  companyId: string
  token: string
}

/** The data that the server passes to the page. */
export interface GraphiqlSettings {
  /** Names the database that the tabs belong to, because their ids are invalid in another one. */
  installation: string
  /** New tokens, which replace those of the same people in remembered tabs. */
  tokens: string[]
  /** The people that the page can send requests as. */
  people: Person[]
  options: GraphiQLOptions
}

const LOGO = `<svg viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">
  <path fill="#6d5ef6" d="M5 3h16a4 4 0 0 1 4 4v8a4 4 0 0 1-4 4h-9l-6 5v-5H5a4 4 0 0 1-4-4V7a4 4 0 0 1 4-4z"/>
  <path fill="#22c5a9" d="M27 11a4 4 0 0 1 4 4v7a4 4 0 0 1-4 4v4l-5-4h-8a4 4 0 0 1-4-3l2-2h9a6 6 0 0 0 6-6z"/>
  <g fill="#fff"><circle cx="8" cy="11" r="1.7"/><circle cx="13" cy="11" r="1.7"/><circle cx="18" cy="11" r="1.7"/></g>
</svg>`

/** The logo as an address, for the browser's tab. */
export const favicon = `data:image/svg+xml,${encodeURIComponent(LOGO.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" '))}`

const SIGNED_OUT = `{
  // Paste an access token of your identity provider (in development,
  // "npm run --silent cli -- token <login>" prints one):
  // "Authorization": "Bearer …"
}`

/**
 * Returns the settings of the page: example operations, and the first two users if they are members in this database.
 */
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
      // The browser may store a demo token, but not a person's own token.
      shouldPersistHeaders: pair !== undefined,
    },
  }
}

/** Undefined if the demo user is not a member, as in a database without demo data. */
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
