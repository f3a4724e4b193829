import { fence, type Statement } from './statement.ts'

/**
 * The same statement, binding its tenant itself: it takes one round trip on any connection, whoever that was bound to. Its
 * first two parameters are the company and the member who asks.
 *
 * The member is bound before a table is looked at: the company that all conditions name comes out of app.bind_reader, and the
 * fences keep the planner from merging the two halves, so that it can only run the second for what the first returns. Policies
 * read the binding as each table is first looked at. The first half is one row, so the order of the second stands.
 */
export function bindingItself<Name extends string, Row extends object>(
  statement: Statement<Name, Row>,
): Statement<Name, Row> {
  const [company, viewer]: readonly string[] = statement.parameters
  if (company !== 'companyId' || viewer !== 'viewerId') {
    throw new TypeError(`The statement ${statement.name} does not begin with company and viewer.`)
  }
  const text = statement.text.replaceAll(/\$1(?!\d)/g, 'bound.company_id')
  const { policed } = statement
  return {
    ...statement,
    policed: policed && bindingItself(policed),
    bindsItself: true,
    text: `select found.* from (select app.bind_reader($1, $2) as company_id ${fence}) bound
    cross join lateral (${text} ${fence}) found`,
  }
}
