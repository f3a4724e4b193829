import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { type Environment, readEnvironment, UnusableEnvironment } from '../env.ts'
import { assertRedisAnswers } from '../redis/check-redis.ts'
import { StartupProblem } from '../startup-problem.ts'
import { checkDatabase, checkKeyFiles, checkKeyProvider } from './doctor/check-database.ts'
import { checkFiles } from './doctor/check-files.ts'
import { checkIssuer } from './doctor/check-issuer.ts'
import { checkMail } from './doctor/check-mail.ts'
import { checkSms } from './doctor/check-sms.ts'
import { createFindings, type Finding, type Findings } from './doctor/findings.ts'

/**
 * Checks everything that a server needs, and prints a line per check. Changes nothing. Throws StartupProblem if a check
 * fails.
 */
export async function doctor({ json }: { json?: boolean }): Promise<void> {
  const findings = createFindings()
  const environment = readConfiguration(findings)
  if (environment) await examine(environment, findings)
  const { list } = findings
  const problems = list.filter(({ ok }) => !ok).length
  process.stdout.write(
    json ? `${JSON.stringify({ ok: problems === 0, checks: list })}\n` : list.map(line).join(''),
  )
  if (problems === 0) return
  throw new StartupProblem(`${problems} of ${list.length} checks found something wrong.`)
}

async function examine(environment: Environment, findings: Findings): Promise<void> {
  const { database, dataDirectory, identity, redisUrl } = environment
  await checkKeyFiles(environment, findings)
  await checkKeyProvider(environment, findings)
  if (!database.url && !(await exists(join(dataDirectory, 'postgres')))) {
    findings.add('database', `not made yet: the first start makes it in ${dataDirectory}`)
  } else {
    await checkDatabase(findings)
  }
  await findings.check('redis', async () => {
    if (!redisUrl) return 'not used: this process delivers to its own subscribers only'
    await assertRedisAnswers(redisUrl)
    return 'answers'
  })
  await checkFiles(environment, findings)
  await checkMail(environment, findings)
  await checkSms(environment, findings)
  await checkIssuer(identity, findings)
}

function readConfiguration(findings: Findings): Environment | null {
  try {
    const environment = readEnvironment()
    findings.add('configuration', environment.production ? 'production' : 'development')
    return environment
  } catch (error) {
    if (!(error instanceof UnusableEnvironment)) throw error
    for (const problem of error.problems) findings.add('configuration', problem, false)
    return null
  }
}

function line({ ok, check, detail }: Finding): string {
  return `${ok ? 'ok     ' : 'problem'}  ${check.padEnd(14)}  ${detail}\n`
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
