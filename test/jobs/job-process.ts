import { pino } from 'pino'
import { openApplication } from '../../src/application.ts'
import { readEnvironment } from '../../src/env.ts'

/** A node that takes a job, says so, and never ends it. */
const application = await openApplication(readEnvironment(), pino({ level: 'silent' }))
application.startJobs({
  async send_digest() {
    process.stdout.write('begun\n')
    await new Promise(() => {})
  },
})
