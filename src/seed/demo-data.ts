import type { DevelopmentIssuer } from '../auth/development-issuer.ts'
import { createCompany } from '../companies/operations/create-company.ts'
import { type Context, createContext, type Services } from '../context.ts'
import { createGroup } from '../conversations/operations/create-group.ts'
import { startDirectConversation } from '../conversations/operations/start-direct-conversation.ts'
import { rowsOf } from '../database/columns.ts'
import type { Database } from '../database/database.ts'
import { statement } from '../database/statement.ts'
import type { DemoUser } from '../graphiql/graphiql.ts'
import { encodeId } from '../ids.ts'
import { sendMessage } from '../messages/operations/send-message.ts'
import { writeToGuests } from './demo-guests.ts'

const acme = [
  ['alice', 'Alice Archer', 'owner', 'Management'],
  ['adam', 'Adam Abbott', 'admin', 'IT'],
  ['sara', 'Sara Sousa', 'supervisor', 'Sales'],
  ['audrey', 'Audrey Aubert', 'auditor', 'Compliance'],
  ['bob', 'Bob Baker', 'member', 'Sales'],
  ['carol', 'Carol Cruz', 'member', 'Finance'],
  ['dave', 'Dave Dubois', 'member', 'Finance'],
] as const
const globex = [
  ['gina', 'Gina Garcia', 'owner', 'Management'],
  ['greg', 'Greg Green', 'member', 'Operations'],
  ['grace', 'Grace Gruber', 'member', 'Operations'],
] as const
const frank = {
  externalId: 'frank@both.test',
  name: 'Frank Fischer',
  email: 'frank@both.test',
  department: 'Consulting',
  role: 'member',
}

const acmeId = 'acme'
const globexId = 'globex'

const directLines = [
  ['bob', 'Good morning, Alice. Is the Atlas invoice approved?'],
  ['alice', 'Yes, since yesterday. Carol has the details.'],
  ['bob', 'Perfect, thank you! 🎉'],
] as const
const group = { title: 'Project Atlas', description: 'Everything about the Atlas account.' }
const groupLines = [
  ['carol', 'The kick-off is on Monday at ten.'],
  ['alice', 'Thanks, Carol. I will bring the contract.'],
] as const

const firstCompanies = statement({
  name: 'first_companies',
  row: rowsOf<{ id: string; externalId: string | null }>(),
  text: 'select id, external_id as "externalId" from companies order by id limit 2',
})

/** True if the demo data are missing or incomplete: there is no company, or an earlier call was interrupted. */
export async function lacksDemoData({ database }: Services): Promise<boolean> {
  const [first, second] = await database.acrossCompanies(firstCompanies, {})
  if (!first) return true
  // Globex is created last and in one transaction, so its presence shows that the data are complete.
  return !second && first.externalId === acmeId && (await findAlice(database, first.id)) !== null
}

/**
 * Creates two companies of demo people and messages in the first. Continues where an interrupted call ended. The people
 * count as signed in with the development issuer, if there is one, so that no invitation can take their place.
 */
export async function createDemoData(
  services: Services,
  issuer?: Pick<DevelopmentIssuer, 'issuer'>,
): Promise<void> {
  const { database } = services
  const tied = <Person extends { externalId: string }>(people: Person[]) =>
    people.map((person) =>
      issuer ? { ...person, issuer: issuer.issuer, subject: person.externalId } : person,
    )
  const [started] = await database.acrossCompanies(firstCompanies, {})
  const companyId =
    started?.id ??
    (await createCompany(database, {
      name: 'Acme',
      externalId: acmeId,
      members: tied([...acme.map((person) => member(person, 'acme.test')), frank]),
    }))
  await talk({
    alice: await contextOf(services, companyId, 'alice@acme.test'),
    bob: await contextOf(services, companyId, 'bob@acme.test'),
    carol: await contextOf(services, companyId, 'carol@acme.test'),
  })
  await writeToGuests(services, await contextOf(services, companyId, 'alice@acme.test'))
  await createCompany(database, {
    name: 'Globex',
    externalId: globexId,
    members: tied([...globex.map((person) => member(person, 'globex.test')), frank]),
  })
}

/** Returns the people that GraphiQL can sign in as, the two of its examples first. */
export async function demoUsers(issuer: DevelopmentIssuer): Promise<DemoUser[]> {
  const logins = [
    ...acme.map(([login]) => ({ subject: `${login}@acme.test`, company: acmeId })),
    { subject: frank.externalId, company: acmeId },
    ...globex.map(([login]) => ({ subject: `${login}@globex.test`, company: globexId })),
    { subject: frank.externalId, company: globexId },
  ]
  const isInExamples = ({ subject }: { subject: string }) => /^(alice|bob)@/.test(subject)
  const inOrder = [...logins.filter(isInExamples), ...logins.filter((login) => !isInExamples(login))]
  return Promise.all(
    inOrder.map(async ({ subject, company }) => ({ company, token: await issuer.mint({ subject }) })),
  )
}

type People = Record<'alice' | 'bob' | 'carol', Context>

async function talk(people: People): Promise<void> {
  const { alice, bob, carol } = people
  const direct = await startDirectConversation(bob, { userId: idOf(alice) })
  await say(people, direct.conversation, directLines)
  const { companyId } = alice.viewer
  const started = await alice.tenant.prisma.conversation.findFirst({ where: { companyId, kind: 'GROUP' } })
  const conversation =
    started ?? (await createGroup(alice, { ...group, memberIds: [idOf(bob), idOf(carol)] })).conversation
  await say(people, conversation, groupLines)
}

/** Sends the messages that are missing, according to the conversation's length. */
async function say(
  people: People,
  conversation: { id: string; lastSeq: number },
  lines: readonly (readonly [keyof People, string])[],
): Promise<void> {
  const conversationId = encodeId('Conversation', conversation.id)
  for (const [name, body] of lines.slice(conversation.lastSeq)) {
    await sendMessage(people[name], { conversationId, body })
  }
}

function idOf({ viewer }: Context): string {
  return encodeId('User', viewer.userId)
}

function findAlice(database: Database, companyId: string) {
  const { prisma } = database.forSystem(companyId)
  return prisma.user.findFirst({ where: { companyId, externalId: 'alice@acme.test' } })
}

async function contextOf(services: Services, companyId: string, externalId: string): Promise<Context> {
  const { prisma } = services.database.forSystem(companyId)
  const user = await prisma.user.findFirstOrThrow({ where: { companyId, externalId } })
  const profile = await services.viewers.find(companyId, user.id)
  return createContext(services, {
    ...profile,
    expiresAt: new Date(Date.now() + 60_000),
    mayChangeCompany: false,
  })
}

function member([login, name, role, department]: readonly [string, string, string, string], domain: string) {
  const email = `${login}@${domain}`
  return { externalId: email, name, email, department, role }
}
