import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { StartupProblem } from './startup-problem.ts'

/** Returns the folder of package.json, above the sources or the bundle. Throws StartupProblem. */
export function installationFolder(): string {
  let directory = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(directory, 'package.json'))) {
    const parent = dirname(directory)
    if (parent === directory)
      throw new StartupProblem('The installation is incomplete: package.json is missing.')
    directory = parent
  }
  return directory
}

let version: Promise<string> | undefined

/** Returns the version of the server, such as 0.1.0. */
export function serverVersion(): Promise<string> {
  version ??= readFile(join(installationFolder(), 'package.json'), 'utf8').then(
    (manifest) => (JSON.parse(manifest) as { version: string }).version,
  )
  return version
}
