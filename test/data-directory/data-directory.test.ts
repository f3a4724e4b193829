import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDataDirectory } from '../../src/data-directory/data-directory.ts'
import { StartupProblem } from '../../src/startup-problem.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'colloquy-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('the data directory', () => {
  it('makes a secret once, however many ask for it, and keeps it private', async () => {
    const directories = await Promise.all(
      Array.from({ length: 20 }, () => openDataDirectory(join(folder, 'new/data'), { exclusive: false })),
    )
    const made = directories.map((directory, index) =>
      directory.readOrCreateSecret('keys/issuer', () => `secret ${index}`),
    )
    const secrets = new Set(await Promise.all(made))

    expect(secrets.size).toBe(1)
    expect(await readFile(join(folder, 'new/data/keys/issuer'), 'utf8')).toBe([...secrets][0])
    expect((await stat(join(folder, 'new/data/keys/issuer'))).mode & 0o777).toBe(0o600)
    expect((await stat(join(folder, 'new/data'))).mode & 0o777).toBe(0o700)
    expect(await readdir(join(folder, 'new/data/keys'))).toEqual(['issuer'])
  })

  it('is open to one exclusive owner at a time, and to any number of others', async () => {
    const owner = await openDataDirectory(folder, { exclusive: true })
    await expect(openDataDirectory(folder, { exclusive: true })).rejects.toThrow(
      new StartupProblem(
        `The data directory ${folder} is in use by process ${process.pid}. Stop it, or set DATA_DIR to another folder.`,
      ),
    )
    await openDataDirectory(folder, { exclusive: false })
    await owner.release()
    const next = await openDataDirectory(folder, { exclusive: true })
    await next.release()
    expect(await readdir(folder)).toEqual([])
  })

  it.each([
    ['a process that is gone', { pid: 2 ** 22 + 1, identity: 'before' }],
    ['a process whose number is in use again', { pid: process.pid, identity: 'before' }],
    ['nobody, as after a full disk', ''],
  ])('passes from %s to exactly one of many', async (_, owner) => {
    await writeFile(join(folder, 'lock'), owner === '' ? '' : JSON.stringify(owner))
    const attempts = await Promise.allSettled(
      Array.from({ length: 20 }, () => openDataDirectory(folder, { exclusive: true })),
    )
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await readdir(folder)).toEqual(['lock'])
  })

  it('has one owner also when some find the dead one gone only after another has come', async () => {
    for (let round = 0; round < 10; round++) {
      await writeFile(join(folder, 'lock'), JSON.stringify({ pid: 2 ** 22 + 1, identity: `${round}` }))
      const attempts: ReturnType<typeof openDataDirectory>[] = []
      for (let index = 0; index < 20; index++) {
        attempts.push(openDataDirectory(folder, { exclusive: true }))
        // They set out one after the other, so that they meet each other at every step.
        await readdir(folder)
      }
      const settled = await Promise.allSettled(attempts)
      expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    }
  })

  it('says in one line why it cannot be used', async () => {
    await writeFile(join(folder, 'file'), '')
    await expect(openDataDirectory(join(folder, 'file'), { exclusive: true })).rejects.toThrow(
      new StartupProblem(
        `Cannot use ${folder}/file: it is not a folder. Correct this, or set DATA_DIR to another folder.`,
      ),
    )
    await expect(openDataDirectory(join(folder, 'file/below'), { exclusive: true })).rejects.toThrow(
      /^Cannot use .*: it is, or lies below, something that is not a folder\. [^\n]*$/,
    )
  })
})
