import type { FindAllowed, TenantDatabase } from '../database/database.ts'
import { type Decide, type Decision, POLICY_TIMES, type PolicyTimes } from './decisions.ts'
import { factsOfContext, factsOfPairs, factsOfPerson } from './policy-facts.ts'
import { inputOf, type PolicyFacts, type PolicyInput } from './policy-input.ts'

/** A person and a conversation. */
export interface Pair {
  userId: string
  conversationId: string
}

/** An object of the embedding product, and the sensitivity that a conversation about it is to have. */
export interface PolicyContext {
  contextType: string
  contextId: string
  sensitivity: string
}

/** Those of the pairs that the policy has decided against, and those that it could not decide about in time. */
export interface Judgement<Known extends Pair> {
  denied: ReadonlySet<Known>
  undecided: ReadonlySet<Known>
}

/** The operator's policy, which takes conversations with a context or a sensitivity from people. Databases are bound to the company. */
export interface Policy {
  /** Returns the function that finds the conversations that the person may read, and keeps them for a quarter of a second. */
  finding(userId: string): FindAllowed
  /** Returns those of the pairs whose person may not read, or audit, the conversation. */
  denied<Known extends Pair>(
    tenant: TenantDatabase,
    pairs: readonly Known[],
    action?: PolicyInput['action'],
  ): Promise<ReadonlySet<Known>>
  /**
   * Returns those of the pairs that the policy has decided against, for files that must not lack anything by a failure. Throws
   * if there is one that it could not decide about in time.
   */
  decidedAgainst<Known extends Pair>(
    tenant: TenantDatabase,
    pairs: readonly Known[],
    action?: PolicyInput['action'],
  ): Promise<ReadonlySet<Known>>
  /** Tells both apart, for work that can wait. */
  judge<Known extends Pair>(tenant: TenantDatabase, pairs: readonly Known[]): Promise<Judgement<Known>>
  /** True if the person may read the conversations about an object, and make one. */
  allowsContext(tenant: TenantDatabase, userId: string, context: PolicyContext): Promise<boolean>
}

/** Maximum number of conversations that are decided for one person; the ones with older activity are denied. */
const MAX_DECIDED = 2_000
/** Statements of one operation share what was found. With the decisions, a change is seen within 5 s. */
const KEPT_MS = 250

type DecideAll = (
  companyId: string,
  facts: readonly PolicyFacts[],
  action?: PolicyInput['action'],
) => Promise<Decision[]>

/** Creates the policy of a process. Conversations without a decision in time are denied. */
export function createPolicy(decide: Decide, { all }: PolicyTimes = POLICY_TIMES): Policy {
  const decideAll: DecideAll = (companyId, facts, action = 'read') =>
    inTime(
      facts.map((each) => decide(inputOf(companyId, action, each))),
      all,
    )

  async function allowed(tenant: TenantDatabase, userId: string): Promise<string[]> {
    const { companyId } = tenant.tenant
    const facts = await tenant.query(factsOfPerson, { companyId, userId, max: MAX_DECIDED })
    const decisions = await decideAll(companyId, facts)
    return facts.filter((_, at) => decisions[at] === 'allowed').map(({ conversationId }) => conversationId)
  }

  return {
    finding(userId) {
      let found: { ids: Promise<string[]>; at: number } | undefined
      return (unpoliced) => {
        const now = performance.now()
        if (!found || now - found.at > KEPT_MS) found = { ids: allowed(unpoliced, userId), at: now }
        return found.ids
      }
    },
    async denied(tenant, pairs, action) {
      const { denied, undecided } = await judge(decideAll, tenant, pairs, action)
      return new Set([...denied, ...undecided])
    },
    async decidedAgainst(tenant, pairs, action) {
      const { denied, undecided } = await judge(decideAll, tenant, pairs, action)
      if (undecided.size > 0)
        throw new Error(`The policy did not decide about ${undecided.size} of the conversations in time.`)
      return denied
    },
    judge: (tenant, pairs) => judge(decideAll, tenant, pairs),
    async allowsContext(tenant, userId, context) {
      const { companyId } = tenant.tenant
      const facts = await tenant.query(factsOfContext, { companyId, userId, ...context })
      const decisions = await decideAll(companyId, facts)
      return decisions.length > 0 && decisions.every((decision) => decision === 'allowed')
    },
  }
}

async function judge<Known extends Pair>(
  decideAll: DecideAll,
  tenant: TenantDatabase,
  pairs: readonly Known[],
  action?: PolicyInput['action'],
): Promise<Judgement<Known>> {
  if (pairs.length === 0) return { denied: new Set(), undecided: new Set() }
  const { companyId } = tenant.tenant
  const facts = await tenant.query(factsOfPairs, {
    companyId,
    userIds: pairs.map(({ userId }) => userId),
    conversationIds: pairs.map(({ conversationId }) => conversationId),
  })
  const decisions = await decideAll(companyId, facts, action)
  const decided = new Map(facts.map((each, at) => [keyOf(each), decisions[at]]))
  const those = (decision: Decision) => new Set(pairs.filter((pair) => decided.get(keyOf(pair)) === decision))
  return { denied: those('denied'), undecided: those('failed') }
}

/** The decisions that are there in time. The others have failed. */
async function inTime(decisions: readonly Promise<Decision>[], ms: number): Promise<Decision[]> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'failed'>((resolve) => {
    timer = setTimeout(resolve, ms, 'failed')
  })
  try {
    return await Promise.all(decisions.map((decision) => Promise.race([decision, late])))
  } finally {
    clearTimeout(timer)
  }
}

function keyOf({ userId, conversationId }: Pair): string {
  return `${userId} ${conversationId}`
}
