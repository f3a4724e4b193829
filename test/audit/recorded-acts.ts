import { type AuditedCompany, EVENT } from './audited-company.ts'

/** A recorded act. */
export type Act = Record<string, unknown> & { kind: string }

/** The recorded acts, latest first. */
export async function acts({ ann }: AuditedCompany, filter: object = {}): Promise<Act[]> {
  const { auditEvents } = await ann.run(
    `query ($filter: AuditFilter) { auditEvents(first: 100, filter: $filter) { nodes { ${EVENT} } } }`,
    { filter },
  )
  return auditEvents.nodes
}

/** The acts that are recorded while this runs, earliest first. */
export async function actsDuring(acme: AuditedCompany, work: () => Promise<unknown>): Promise<Act[]> {
  const before = new Set((await acts(acme)).map(({ id }) => id))
  await work()
  return (await acts(acme)).filter(({ id }) => !before.has(id)).reverse()
}
