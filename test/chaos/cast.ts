import type { DevelopmentIssuer } from '../../src/auth/development-issuer.ts'
import type { Database } from '../../src/database/database.ts'
import { encodeId } from '../../src/ids.ts'
import { Client } from '../support/client.ts'
import { createUnlimitedCompany } from '../support/unlimited-company.ts'
import { pick, sample } from './chance.ts'

/** A company of people who know each other, and where they talk. */
export interface Company {
  readonly name: string
  readonly uuid: string
  readonly people: Client[]
  readonly targets: Target[]
}

/** A conversation and who takes part in it. */
export interface Target {
  /** In the API. */
  readonly id: string
  readonly kind: 'everybody' | 'group' | 'direct'
  readonly people: Client[]
}

const PEOPLE = 40
const GROUPS = 10
const DIRECTS = 20

/** Makes a company through the server at `url`; how often its people may send is not limited. */
export async function castCompany(
  name: string,
  {
    database,
    issuer,
    url,
    random,
  }: { database: Database; issuer: DevelopmentIssuer; url: string; random: () => number },
): Promise<Company> {
  const logins = Array.from({ length: PEOPLE }, (_, at) => `person-${at}@${name.toLowerCase()}.test`)
  const { companyId: uuid, users } = await createUnlimitedCompany(database, name, logins)
  const people = await Promise.all(
    users.map(async ({ id, externalId }) => {
      const token = await issuer.mint({ subject: externalId ?? '', companyId: uuid })
      return new Client(url, token, { userId: encodeId('User', id), uuid: id, externalId: externalId ?? '' })
    }),
  )
  return { name, uuid, people, targets: await openTargets(people, random) }
}

async function openTargets(people: Client[], random: () => number): Promise<Target[]> {
  const [founder] = people
  if (!founder) throw new Error('There is nobody in the company.')
  const targets: Target[] = [
    { id: await founder.group('Everybody', people.slice(1)), kind: 'everybody', people },
  ]
  for (let at = 0; at < GROUPS; at += 1) {
    const members = sample(random, people, 6)
    const [first = founder, ...others] = members
    targets.push({ id: await first.group(`Group ${at}`, others), kind: 'group', people: members })
  }
  for (let at = 0; at < DIRECTS; at += 1) {
    const pair = sample(random, people, 2)
    const [one = founder, other = founder] = pair
    const { conversation } = await one.mutate(
      'startDirectConversation',
      { userId: other.userId },
      'conversation { id }',
    )
    targets.push({ id: conversation.id, kind: 'direct', people: pair })
  }
  return targets
}

/** A conversation that this person takes part in, now and then that of everybody. */
export function chooseTarget(random: () => number, company: Company, person: Client): Target {
  const own = company.targets.filter(({ kind, people }) => kind !== 'everybody' && people.includes(person))
  const everybody = company.targets[0]
  if (!everybody) throw new Error('There is nowhere to talk.')
  return own.length === 0 || random() < 0.06 ? everybody : pick(random, own)
}
