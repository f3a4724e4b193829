import { mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openSession, postmasterOf, query, startHere } from '../support/embedded-postgres.ts'

// A first start and a recovery take seconds on a busy machine.
vi.setConfig({ testTimeout: 40_000, hookTimeout: 30_000 })

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'colloquy-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('the embedded PostgreSQL that ends by itself', () => {
  it('comes back on the same port when it is killed under its server', async () => {
    await using postgres = await startHere(folder)
    const postmaster = await postmasterOf(folder)
    process.kill(postmaster, 'SIGKILL')
    await vi.waitFor(async () => {
      expect(await postmasterOf(folder)).not.toBe(postmaster)
      expect(await query(postgres.adminUrl, 'select 1 as n')).toEqual([{ n: 1 }])
    }, 20_000)
  })

  it('comes back once what kept it from starting has gone', async () => {
    await using postgres = await startHere(folder)
    const postmaster = await postmasterOf(folder)
    const [settings, away] = ['postgresql.conf', 'away.conf'].map((name) => join(folder, 'postgres', name))
    await rename(String(settings), String(away))
    process.kill(postmaster, 'SIGKILL')
    await vi.waitFor(
      async () => expect(await readFile(join(folder, 'postgres.log'), 'utf8')).toContain('postgresql.conf'),
      20_000,
    )
    await rename(String(away), String(settings))
    await vi.waitFor(() => query(postgres.adminUrl, 'select 1'), { timeout: 30_000, interval: 100 })
  })

  it('comes back though sessions of the one that was killed take their time to end', async () => {
    await using server = await startHere(folder)
    const sessions = await Promise.all(Array.from({ length: 150 }, () => openSession(server.adminUrl)))
    const postmaster = await postmasterOf(folder)
    for (const { pid } of sessions) process.kill(pid, 'SIGSTOP')
    process.kill(postmaster, 'SIGKILL')
    // One after the other they write their last words, between the attempts to start.
    for (const { pid, ended } of sessions) {
      process.kill(pid, 'SIGCONT')
      await ended
    }
    await vi.waitFor(() => query(server.adminUrl, 'select 1'), { timeout: 30_000 })
    expect(await postmasterOf(folder)).not.toBe(postmaster)
  })
})
