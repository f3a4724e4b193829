import { setTimeout as delay } from 'node:timers/promises'
import { fillArchive } from './archive.ts'
import type { Victims } from './faults.ts'
import { watchLocks } from './lock-watch.ts'
import { migrateBy } from './postgres.ts'
import type { ServerNode } from './server-node.ts'

/** The folder of the release under test. */
export const THIS_RELEASE = '.'

/** No table may be locked for longer while an older release serves. */
const MAX_LOCK_MS = 1_000

/** The folder of the older release, how long the whole takes at least, and the messages that are there before. */
interface UpgradeOptions {
  older: string
  seconds: number
  messages: number
  tell(line: string): void
}

/**
 * Replaces an older release by this one and back, as docs/operations.md says: the migration while the older one serves, one node
 * after the other, a while with both side by side, and all of it backwards, on the database of this release. Returns what was wrong
 * with the migration.
 */
export async function upgradeAndBack(
  { nodes, postgres }: Victims,
  { older, seconds, messages, tell }: UpgradeOptions,
): Promise<string[]> {
  const steps = [THIS_RELEASE, older].flatMap((release) => nodes.map((node) => ({ node, release })))
  const whileMs = (seconds * 1_000) / (steps.length + 2)
  if (messages > 0) {
    const began = performance.now()
    await fillArchive(postgres.adminUrl, messages)
    tell(`${messages} messages of another company are stored in ${msSince(began)} ms`)
  }
  await delay(whileMs)
  const wrong = await migrateWatched({ postgres }, tell)
  await delay(whileMs)
  for (const { node, release } of steps) {
    tell(await replace(node, release))
    await delay(whileMs)
  }
  return wrong
}

async function migrateWatched(
  { postgres }: Pick<Victims, 'postgres'>,
  tell: UpgradeOptions['tell'],
): Promise<string[]> {
  const watch = await watchLocks(postgres.adminUrl)
  const began = performance.now()
  const said = await migrateBy(THIS_RELEASE, postgres.urls)
  const tookMs = msSince(began)
  const { waitedMs, heldMs, held } = await watch.stop()
  tell(`the older release serves, and its database is migrated in ${tookMs} ms: ${said}`)
  tell(
    `the longest wait for a table was ${waitedMs} ms, and the longest lock ${heldMs} ms: ${held || 'none'}`,
  )
  return Math.max(waitedMs, heldMs) > MAX_LOCK_MS
    ? [`the migration had a table locked for ${heldMs} ms, and somebody waited ${waitedMs} ms`]
    : []
}

async function replace(node: ServerNode, release: string): Promise<string> {
  const began = performance.now()
  node.install(release)
  const code = await node.restart(0)
  if (code !== 0) node.accidents.push(`${node.name} ended with exit code ${code} on SIGTERM`)
  await node.ready()
  const which = release === THIS_RELEASE ? 'this release' : 'the older release'
  return `${node.name} ended with exit code ${code}, and serves by ${which} after ${msSince(began)} ms`
}

function msSince(began: number): number {
  return Math.round(performance.now() - began)
}
