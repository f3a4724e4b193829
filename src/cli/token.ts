import { openApplication } from '../application.ts'
import type { Membership } from '../auth/choose-membership.ts'
import { membershipsOf } from '../auth/sign-in.ts'
import { companyIds } from '../companies/operations/create-company.ts'
import type { Database } from '../database/database.ts'
import { isProduction } from '../env.ts'
import { decodeId, encodeId } from '../ids.ts'
import { StartupProblem } from '../startup-problem.ts'
import { withDatabaseInUse } from './database-in-use.ts'

/** The claims and lifetime of a token. */
export interface TokenOptions {
  /** A company's name, external id or id. */
  company?: string
  /** Lifetime in seconds. */
  expires?: number
  json?: boolean
}

/**
 * Prints a token of the development issuer for a member. Throws StartupProblem if an identity provider signs the
 * tokens, or if the login is unknown.
 */
export async function token(login: string, options: TokenOptions): Promise<void> {
  if (isProduction()) {
    throw new StartupProblem('In production tokens come from the identity provider; this command makes none.')
  }
  await withDatabaseInUse(async (environment, log) => {
    const application = await openApplication({ ...environment, redisUrl: undefined }, log)
    try {
      const { developmentIssuer: issuer, services } = application
      if (!issuer) {
        throw new StartupProblem(
          `Tokens come from the identity provider ${environment.identity?.issuer}; unset OIDC_ISSUER to use tokens of your own.`,
        )
      }
      const person = { issuer: issuer.issuer, subject: login }
      const memberships = await membershipsOf(services.database, person, login)
      if (memberships.length === 0) throw await unknownPerson(login, services.database)
      const company = choose(login, memberships, options.company)
      const companyId = company && encodeId('Company', company.companyId)
      const made = await issuer.mint({ subject: login, companyId, expiresInSeconds: options.expires })
      print(made, companyId, options)
    } finally {
      await application.close()
    }
  })
}

function print(token: string, companyId: string | undefined, { json }: TokenOptions): void {
  process.stdout.write(`${json ? JSON.stringify({ token, companyId: companyId ?? null }) : token}\n`)
}

async function unknownPerson(login: string, database: Database): Promise<StartupProblem> {
  const [company] = await companyIds(database)
  return new StartupProblem(
    company
      ? `Nobody here has the login ${login}. A login is a member's external id, such as alice@acme.test in the demo data.`
      : `Nobody here has the login ${login}, for there is no company yet. The commands seed and company make some.`,
  )
}

/** The company that the token names: none unless one is given, so that the X-Company-Id header can choose. */
function choose(
  login: string,
  memberships: Membership[],
  reference: string | undefined,
): Membership | undefined {
  const enabled = memberships.filter((membership) => membership.isEnabled)
  if (enabled.length === 0) throw new StartupProblem(`${login} is disabled in ${namesOf(memberships)}.`)
  if (reference === undefined) return undefined
  if (reference === '') throw new StartupProblem('--company is empty: give a name or an id, or leave it out.')
  const [named, another] = memberships.filter((membership) => isNamed(membership, reference))
  if (!named)
    throw new StartupProblem(`${login} is not a member of ${reference}, but of ${namesOf(enabled)}.`)
  if (another) {
    throw new StartupProblem(
      `Several companies of ${login} are called ${reference}. Give an id: ${namesOf([named, another])}.`,
    )
  }
  if (!named.isEnabled) throw new StartupProblem(`${login} is disabled in ${named.companyName}.`)
  return named
}

function isNamed(membership: Membership, reference: string): boolean {
  const wanted = reference.toLowerCase()
  return (
    membership.companyName.toLowerCase() === wanted ||
    membership.companyExternalId === reference ||
    membership.companyId === (decodeId(reference)?.uuid ?? wanted)
  )
}

function namesOf(memberships: Membership[]): string {
  const names = memberships.map(
    ({ companyName, companyId, companyExternalId }) =>
      `${companyName} (${companyExternalId ?? encodeId('Company', companyId)})`,
  )
  return new Intl.ListFormat('en').format(names)
}
