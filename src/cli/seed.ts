import { openApplication } from '../application.ts'
import { createDemoData, lacksDemoData } from '../seed/demo-data.ts'
import { StartupProblem } from '../startup-problem.ts'
import { withDatabaseInUse } from './database-in-use.ts'

/** Creates the demo companies in an empty database. Throws StartupProblem if it has companies. */
export async function seed({ json }: { json?: boolean }): Promise<void> {
  await withDatabaseInUse(async (environment, log) => {
    const application = await openApplication(environment, log)
    try {
      const { services, developmentIssuer } = application
      if (!(await lacksDemoData(services))) {
        throw new StartupProblem('The database has companies already; demo data go into an empty one only.')
      }
      await createDemoData(services, developmentIssuer)
      process.stdout.write(
        json ? '{"companies":["Acme","Globex"]}\n' : 'Created the demo companies Acme and Globex.\n',
      )
    } finally {
      await application.close()
    }
  })
}
