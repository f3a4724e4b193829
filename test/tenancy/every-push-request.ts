import { randomBytes } from 'node:crypto'
import { newId } from '../../src/ids.ts'
import {
  claimPushes,
  companiesToPush,
  dropPush,
  findPushes,
  nextPush,
  pushAgain,
  registerPush,
  settlePush,
} from '../../src/push/push-statements.ts'
import type { TestApp, TestCompany } from '../support/app.ts'
import { onDatabase } from '../support/on-database.ts'

/** Fewer than a run takes, so that what is read for each must be little. */
const AT_ONCE = 50

/** Runs the statements of push messages once: the last messages that the company was filled with are found, claimed and settled. */
export async function pushEverything(
  app: TestApp,
  { ann, companyUuid: companyId }: TestCompany<'ann'>,
): Promise<void> {
  const { database } = app.application.services
  const system = database.forSystem(companyId)
  await onDatabase(app, `update push_marks set position = position - ${AT_ONCE} where company_id = $1`, [
    companyId,
  ])
  const companies = await database.acrossCompanies(companiesToPush, {})
  if (!companies.some((each) => each.companyId === companyId)) throw new Error('Nothing is to be pushed.')
  const browser = { endpointHash: randomBytes(32), sealed: randomBytes(64), max: 20 }
  await system.query(registerPush, { userId: ann.uuid, id: newId(), ...browser })
  await system.query(findPushes, { max: AT_ONCE })
  const [first, second] = await system.query(claimPushes, { max: AT_ONCE })
  if (!first || !second) throw new Error('No message was found to be pushed.')
  const { subscriptionId, messageIds } = first
  await system.query(dropPush, { companyId, subscriptionId, messageIds })
  const settled = { notBefore: new Date(), maxFailures: 5 }
  await system.query(settlePush, { ...second, ...settled, outcome: 'FAILED' })
  await system.query(settlePush, { ...second, ...settled, outcome: 'DONE' })
  await system.query(settlePush, { ...second, ...settled, outcome: 'GONE' })
  await system.query(nextPush, { companyId })
  await system.query(pushAgain, { at: new Date(), key: 'push' })
}
