import type { Database } from '../../database/database.ts'

/** The switches of a company that is open to its people, open to moderators who read, or closed. */
const switchesOf = {
  open: { messagingEnabled: true, safeMode: false },
  'safe-mode': { messagingEnabled: true, safeMode: true },
  closed: { messagingEnabled: false },
} as const

/** How far the people of a company can use it. */
export type CompanyState = keyof typeof switchesOf

/** All states, as an operator names them. */
export const companyStates = Object.keys(switchesOf) as CompanyState[]

/**
 * Switches a company on behalf of the operator. Triggers record it in the audit trail and append the event by which every node
 * learns of it within a second. Returns false if the company was in this state already.
 */
export async function switchCompany(
  database: Database,
  companyId: string,
  state: CompanyState,
): Promise<boolean> {
  const data = switchesOf[state]
  const { count } = await database
    .forSystem(companyId)
    .transaction((transaction) =>
      transaction.company.updateMany({ where: { id: companyId, NOT: data }, data }),
    )
  return count > 0
}
