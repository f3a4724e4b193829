import type { DevelopmentIssuer } from '../auth/development-issuer.ts'
import { createCompany } from '../companies/create-company.ts'
import { type Context, createContext, type Parts } from '../context.ts'
import { createGroup } from '../conversations/create-group.ts'
import { startDirectConversation } from '../conversations/start-direct-conversation.ts'
import type { DemoUser } from '../graphql/explorer.ts'
import { encodeId } from '../ids.ts'
import { sendMessage } from '../messages/send-message.ts'

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

/** Creates two companies of demo people, and something said in the first. */
export async function createDemoData(parts: Parts): Promise<void> {
  const companyId = await createCompany(parts.database, {
    name: 'Acme',
    externalId: 'acme',
    members: [...acme.map((person) => member(person, 'acme.test')), frank],
  })
  await createCompany(parts.database, {
    name: 'Globex',
    externalId: 'globex',
    members: [...globex.map((person) => member(person, 'globex.test')), frank],
  })
  const [alice, bob, carol] = await Promise.all(
    ['alice', 'bob', 'carol'].map((name) => contextOf(parts, companyId, `${name}@acme.test`)),
  )
  if (!alice || !bob || !carol) throw new Error('The demo people are missing.')
  await talk(alice, bob, carol)
}

/** Who GraphiQL is signed in as. */
export function demoUsers(issuer: DevelopmentIssuer): Promise<DemoUser[]> {
  return Promise.all(
    ['alice', 'bob'].map(async (name) => ({
      name,
      token: await issuer.mint({ subject: `${name}@acme.test` }),
    })),
  )
}

async function talk(alice: Context, bob: Context, carol: Context): Promise<void> {
  const userId = (context: Context) => encodeId('User', context.viewer.userId)
  const direct = await startDirectConversation(bob, { userId: userId(alice) })
  const conversationId = encodeId('Conversation', direct.conversation.id)
  await sendMessage(bob, { conversationId, body: 'Good morning, Alice. Is the Atlas invoice approved?' })
  await sendMessage(alice, { conversationId, body: 'Yes, since yesterday. Carol has the details.' })
  await sendMessage(bob, { conversationId, body: 'Perfect, thank you! 🎉' })
  const group = await createGroup(alice, {
    title: 'Project Atlas',
    description: 'Everything about the Atlas account.',
    memberIds: [userId(bob), userId(carol)],
  })
  const groupId = encodeId('Conversation', group.conversation.id)
  await sendMessage(carol, { conversationId: groupId, body: 'The kick-off is on Monday at ten.' })
  await sendMessage(alice, { conversationId: groupId, body: 'Thanks, Carol. I will bring the contract.' })
}

async function contextOf(parts: Parts, companyId: string, externalId: string): Promise<Context> {
  const { prisma } = parts.database.forChores(companyId)
  const user = await prisma.user.findFirstOrThrow({ where: { companyId, externalId } })
  const profile = await parts.viewers.find(companyId, user.id)
  return createContext(parts, {
    ...profile,
    expiresAt: new Date(Date.now() + 60_000),
    mayChangeCompany: false,
  })
}

function member([login, name, role, department]: readonly [string, string, string, string], domain: string) {
  const email = `${login}@${domain}`
  return { externalId: email, name, email, department, role }
}
