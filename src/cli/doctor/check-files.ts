import type { Environment } from '../../env.ts'
import { StartupProblem } from '../../startup-problem.ts'
import type { Findings } from './findings.ts'

/** Checks that the bucket of files is there and may be used. */
export async function checkFiles({ attachments }: Environment, findings: Findings): Promise<void> {
  const { s3 } = attachments
  if (!s3) return
  await findings.check('files', async () => {
    const { openBucket } = await import('../../s3/open-bucket.ts')
    await openBucket(s3)
      .check()
      .catch((error: unknown) => {
        const detail = error instanceof Error ? error.message : String(error)
        throw new StartupProblem(`The bucket ${s3.bucket} cannot be used: ${detail}`)
      })
    return `the bucket ${s3.bucket} answers`
  })
}
