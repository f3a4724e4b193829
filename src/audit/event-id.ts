/** The index takes the last 52 bits of the id. */
const LOW_DIGITS = 13
const MASK = (1n << 52n) - 1n

/**
 * The id of a company's audit event: the company's own, with the index added to its last bits without carrying. So events of
 * two companies never share an id, and no column is needed for it.
 */
export function auditEventId(companyId: string, index: number): string {
  return exchangeLowBits(companyId, BigInt(index))
}

/** The index of an event of the company. Undefined for an id of another company. */
export function indexOfAuditEvent(companyId: string, id: string): number | undefined {
  const [own, given] = [digitsOf(companyId), digitsOf(id)]
  if (own.slice(0, -LOW_DIGITS) !== given.slice(0, -LOW_DIGITS)) return undefined
  return Number((lowBits(own) ^ lowBits(given)) & MASK)
}

function exchangeLowBits(uuid: string, bits: bigint): string {
  const digits = digitsOf(uuid)
  const low = (lowBits(digits) ^ bits).toString(16).padStart(LOW_DIGITS, '0')
  return (digits.slice(0, -LOW_DIGITS) + low).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

function digitsOf(uuid: string): string {
  return uuid.replaceAll('-', '')
}

function lowBits(digits: string): bigint {
  return BigInt(`0x${digits.slice(-LOW_DIGITS)}`)
}
