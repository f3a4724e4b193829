import type { RowType } from '../database/columns.ts'
import { type Statement, statement } from '../database/statement.ts'
import { seenBy } from './visibility.ts'

/**
 * How a conversation, and all that is reached from it, is looked at: `own` as far as its people may read it, `audited` by an
 * auditor, whoever takes part in it and whatever access rules say.
 */
export type View = 'own' | 'audited'

/** A row that was read in a view; its own if none is named. All that hangs on it is read in the same. */
export interface Viewed {
  view?: View | undefined
}

/** Returns the view in which a row was read. */
export function viewOf({ view = 'own' }: Viewed): View {
  return view
}

/** Marks rows with the view in which they were read. */
export function inView<Row extends object>(view: View | undefined, rows: Row[]): Row[] {
  return view === 'audited' ? rows.map((row) => ({ ...row, view })) : rows
}

/** A statement in each view. */
export type Views<Known> = Readonly<Record<View, Known>>

/**
 * Keeps message `m` if the view shows it. An auditor sees all that have been posted; one that is held for review or was rejected is
 * in no conversation.
 */
export function seenIn(view: View): string {
  return view === 'own'
    ? seenBy()
    : 'cross join lateral (select where m.seq is not null and :viewerId::uuid is not null) seen'
}

/** Creates a statement in both views. Its text is made of the view. Throws TypeError as `statement` does. */
export function inBothViews<const Name extends string = never, Row extends object = object>({
  name,
  text,
  ...definition
}: {
  name: string
  parameters: readonly Name[]
  row: RowType<Row>
  text(view: View): string
}): Views<Statement<Name, Row>> {
  return {
    own: statement({ ...definition, name, text: text('own') }),
    audited: statement({ ...definition, name: `audited_${name}`, text: text('audited') }),
  }
}
