import { setTimeout as delay } from 'node:timers/promises'
import type { Victims } from './faults.ts'
import { migrateBy } from './postgres.ts'
import type { ServerNode } from './server-node.ts'

/** The folder of the release under test. */
export const THIS_RELEASE = '.'

/** The folder of the older release, and how long the whole takes at least. */
interface UpgradeOptions {
  older: string
  seconds: number
  tell(line: string): void
}

/**
 * Replaces an older release by this one and back, as docs/operations.md says: the migration while the older one serves, one node
 * after the other, a while with both side by side, and all of it backwards, on the database of this release.
 */
export async function upgradeAndBack(
  { nodes, postgres }: Victims,
  { older, seconds, tell }: UpgradeOptions,
): Promise<void> {
  const steps = [THIS_RELEASE, older].flatMap((release) => nodes.map((node) => ({ node, release })))
  const whileMs = (seconds * 1_000) / (steps.length + 2)
  await delay(whileMs)
  const began = performance.now()
  const said = await migrateBy(THIS_RELEASE, postgres.urls)
  tell(`the older release serves, and its database is migrated in ${msSince(began)} ms: ${said}`)
  await delay(whileMs)
  for (const { node, release } of steps) {
    tell(await replace(node, release))
    await delay(whileMs)
  }
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
