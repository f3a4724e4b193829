import DataLoader from 'dataloader'
import type { TenantDatabase } from './database.ts'
import type { Statement } from './statement.ts'

/** The database, the viewer and the view that loaders read with. */
export interface Reads {
  readonly tenant: TenantDatabase
  readonly viewerId: string
  /** A read for one of these messages reads for all of them. */
  readonly messagesToCome: readonly string[]
  /** Decides which of a loader's two statements runs. */
  readonly view: 'own' | 'audited'
}

type Known<Row extends object> = Statement<'companyId' | 'viewerId' | 'ids', Row>

/** The values of statements that take keys; those without a viewer ignore it. */
export function valuesOf({ tenant, viewerId }: Reads, ids: readonly string[]) {
  return { companyId: tenant.tenant.companyId, viewerId, ids }
}

/** Maps rows to the values of keys. */
interface Shape<Row extends object, Value> {
  statement: Known<Row> | Readonly<Record<Reads['view'], Known<Row>>>
  keyOf(row: NoInfer<Row>): string
  valueFrom(rows: NoInfer<Row>[]): Value
  /** The keys are messages. */
  ofMessages?: boolean
}

/** A loader whose value is made from all rows of a key. */
export function batched<Row extends object, Value>(
  reads: Reads,
  { statement, keyOf, valueFrom, ofMessages = false }: Shape<Row, Value>,
): DataLoader<string, Value> {
  const inView = 'name' in statement ? statement : statement[reads.view]
  let ahead: readonly string[] = ofMessages ? reads.messagesToCome : []
  const loader = new DataLoader<string, Value>(async (ids) => {
    const alike = ahead
    ahead = []
    const rows = await reads.tenant.query(inView, valuesOf(reads, [...new Set([...ids, ...alike])]))
    // The fields of a row are read in the view of the row.
    const viewed = reads.view === 'own' ? rows : rows.map((row) => ({ ...row, view: reads.view }))
    const byKey = groupBy(viewed, keyOf)
    const found = (id: string) => valueFrom(byKey.get(id) ?? [])
    for (const id of alike) loader.prime(id, found(id))
    return ids.map(found)
  })
  return loader
}

/** A loader of rows by their own id, null where there is none. */
export function rowById<Row extends { id: string }>(
  reads: Reads,
  shape: Pick<Shape<Row, Row>, 'statement' | 'ofMessages'>,
): DataLoader<string, Row | null> {
  return batched<Row, Row | null>(reads, {
    ...shape,
    keyOf: ({ id }) => id,
    valueFrom: ([row]) => row ?? null,
  })
}

/** A loader of all rows of a key. */
export function rowsByKey<Row extends object>(
  reads: Reads,
  shape: Omit<Shape<Row, Row[]>, 'valueFrom'>,
): DataLoader<string, Row[]> {
  return batched<Row, Row[]>(reads, { ...shape, valueFrom: (rows) => rows })
}

/** Groups rows by a key. */
export function groupBy<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const group = groups.get(keyOf(row))
    if (group) group.push(row)
    else groups.set(keyOf(row), [row])
  }
  return groups
}
