import { fence, type Statement } from './statement.ts'

/** The person who acts and the request by which they do, as the audit trail tells it. */
export interface Act {
  actorId: string | null
  requestId: string | null
  /** HMAC of the idempotency key. */
  keyHash: Buffer | null
  origin: ActOrigin | null
}

/** Address and user agent, as they are stored. */
export interface ActOrigin {
  readonly id: Buffer
  readonly salt: Buffer
  readonly sealed: Buffer
  /** True once it has been committed with an act. Until then each act stores it. */
  isStored: boolean
}

/** Returns the act that a statement belongs to. `key` is the idempotency key that its values hold, if any. */
export type FindAct = (key: unknown) => Promise<Act>

/** An act of which nothing is known but the bound member. */
export const UNKNOWN_ACT: Act = { actorId: null, requestId: null, keyHash: null, origin: null }

/** The values of an act, in the order of the last parameters of app.bind_act. */
export function valuesOfAct({ actorId, requestId, keyHash, origin }: Act): (string | Buffer | null)[] {
  return [actorId, requestId, keyHash, ...valuesOfOrigin(origin)]
}

/** Id, salt and ciphertext of an origin; the id alone once it is stored. */
export function valuesOfOrigin(origin: ActOrigin | null): [Buffer | null, Buffer | null, Buffer | null] {
  if (!origin) return [null, null, null]
  return origin.isStored ? [origin.id, null, null] : [origin.id, origin.salt, origin.sealed]
}

const known = new WeakMap<object, { name: string; text: string }>()

/**
 * The same statement in a transaction that is bound to an act. The act is bound before the function is called, because the
 * company that it is called with comes out of app.bind_act, and the fences keep the planner from merging the two halves.
 */
export function acting(statement: Statement<string>): { name: string; text: string } {
  const made = known.get(statement) ?? bindAct(statement)
  known.set(statement, made)
  return made
}

function bindAct({ name, text, parameters }: Statement<string>): { name: string; text: string } {
  if (parameters[0] !== 'companyId')
    throw new TypeError(`The statement ${name} does not begin with the company.`)
  const given = valuesOfAct(UNKNOWN_ACT).map((_, at) => `$${parameters.length + at + 1}`)
  const call = text.replaceAll(/\$1(?!\d)/g, 'bound.company_id')
  return {
    name,
    text: `select found.* from (
      select app.bind_act($1, ${given.join(', ')}) as company_id ${fence}
    ) bound cross join lateral (${call} ${fence}) found`,
  }
}
