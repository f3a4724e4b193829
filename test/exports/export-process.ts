import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { openApplication } from '../../src/application.ts'
import { readEnvironment } from '../../src/env.ts'
import { tasks } from '../../src/tasks.ts'

/** A node that writes the beginning of an export, says so, and never ends it. */
const application = await openApplication(readEnvironment(), pino({ level: 'silent' }))
const folder = application.dataDirectory.file('exports')
application.services.exportFiles.write = async (companyId, fileId, content) => {
  for await (const chunk of content) {
    await mkdir(join(folder, companyId), { recursive: true, mode: 0o700 })
    await writeFile(join(folder, companyId, `${fileId}.draft`), chunk)
    process.stdout.write('begun\n')
    await new Promise(() => {})
  }
}
application.startJobs(tasks)
