import type { TestApp, TestCompany } from '../support/app.ts'
import type { Client } from '../support/client.ts'
import { onDatabase } from '../support/on-database.ts'

/** The fields of a case that tests look at. */
export const CASE = `id kind state signals reason decidedBy { id } openedAt decidedAt
  message { id seq body state author { id } conversation { id title lastSeq } }
  reports { nodes { reporter { id } reason note } }`

/** A company in which the third message with one body counts as spam, and rates are not limited. */
export async function moderatedCompany<Names extends string>(
  app: TestApp,
  members: Record<Names, string>,
): Promise<TestCompany<Names>> {
  const company = await app.company('Acme', members)
  await setSpam(app, company, { repeatedBodies: 3 })
  return company
}

/** Sets the limits of a company beyond which a message counts as spam. */
export async function setSpam(
  { application }: TestApp,
  { companyUuid }: { companyUuid: string },
  spam: Record<string, unknown>,
): Promise<void> {
  const { services } = application
  await services.database
    .forSystem(companyUuid)
    .prisma.company.update({ where: { id: companyUuid }, data: { spam } as object })
  services.viewers.forget(companyUuid)
}

/** Puts a person on a step of the penalties, and as many hours back. */
export async function setPenalty(
  app: TestApp,
  { companyUuid }: { companyUuid: string },
  { uuid }: Client,
  { step, hoursAgo = 0 }: { step: number; hoursAgo?: number },
): Promise<void> {
  await onDatabase(
    app,
    `insert into spam_penalties (company_id, user_id, step, stepped_at) values ($1, $2, $3, now() - make_interval(hours => $4))
      on conflict (company_id, user_id) do update
      set step = excluded.step, stepped_at = excluded.stepped_at, cooldown_until = null`,
    [companyUuid, uuid, step, hoursAgo],
  )
}

/** Sends a text that counts as spam by a person on the last step, so that it is held, and returns it and its case. */
export async function holdMessage(
  app: TestApp,
  company: { companyUuid: string },
  author: Client,
  to: { conversationId: string } | { recipientId: string },
  body = 'See https://evil.test now',
) {
  await setSpam(app, company, { repeatedBodies: null, blockedDomains: ['evil.test'] })
  await setPenalty(app, company, author, { step: 7 })
  const message = await author.say(to, body)
  const [found] = await onDatabase<{ id: string }>(
    app,
    `select id from moderation_cases where company_id = $1 order by opened_at desc, id desc limit 1`,
    [company.companyUuid],
  )
  return { message, caseUuid: found?.id ?? '' }
}
