import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleColloquy, type Colloquy } from '../support/colloquy.ts'
import { installedPostgres } from '../support/postgres-programs.ts'
import { type Before, type Drill, openDrill } from './drill.ts'
import { type Examined, examine, type GoneOn, goOn } from './examine.ts'

const postgres = installedPostgres()
if (!postgres)
  process.stderr.write(
    '\n*** SKIPPING THE RESTORE OF A BACKUP: no PostgreSQL below /usr/lib/postgresql. Install it (Debian: apt-get install postgresql) ***\n\n',
  )

describe.skipIf(!postgres)('a database whose disk was lost', { timeout: 120_000 }, () => {
  let colloquy: Colloquy
  let drill: Drill
  let before: Before
  beforeAll(async () => {
    colloquy = await bundleColloquy()
    drill = await openDrill({
      postgres: postgres ?? '',
      programs: colloquy,
      messages: 2_000,
      archiveTimeoutSeconds: 1,
      print: () => {},
    })
    before = await drill.lose()
  })
  afterAll(async () => {
    await drill[Symbol.asyncDispose]()
    await colloquy.remove()
  })

  async function putBack(): Promise<GoneOn & Examined> {
    const restored = await drill.putBack('moment', { before: before.moment })
    const gone = await goOn(drill, 'moment', restored, before.reader)
    try {
      return { ...gone, ...(await examine(before, restored, gone.url)) }
    } finally {
      await gone.stop()
    }
  }

  it('is restored from backup and archive up to a moment: texts are read, cursors expire, the trail goes on, and a company that was destroyed since stays unreadable', async () => {
    const back = await putBack()
    expect(back.has).toEqual(before.live.until)
    expect(back.lacks).toEqual(before.live.after)
    expect(back.unreadable).toBe(0)
    expect(back.messages).toBeGreaterThanOrEqual(2_000 + before.live.until.length)
    expect(back.cursors).toEqual(['CURSOR_EXPIRED', 'CURSOR_EXPIRED'])
    expect(back.destroyed).toEqual({ code: 'FORBIDDEN', reason: 'KEYS_DESTROYED' })
    expect(back.verifiedFirst.code).toBe(1)
    expect(back.restored.out).toMatch(/: restored from before the note of \d+ events\n/)
    expect(back.verified).toMatchObject({ code: 0, err: '' })
  })
})
