import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startApp } from '../support/app.ts'
import { addressOf, onlyPath } from '../support/colloquy.ts'
import { bundleProgram, startProcess } from '../support/server-process.ts'
import { begin, patch } from './uploading.ts'

const KIB_PER_FILE = 512

it('a disk that takes no more refuses parts of uploads with 503, leaves nothing of them, and delays no message', async () => {
  await using app = await startApp()
  const { ann, bob } = await app.company('Acme', { ann: 'owner', bob: 'member' })
  const files = await mkdtemp(join(tmpdir(), 'colloquy-full-'))
  const program = await bundleProgram('src/main.ts')
  const { appUrl, ownerUrl, systemUrl } = app.database
  // Every write beyond the limit fails, as on a full disk; without the trap the kernel would end the process.
  const limited = `trap '' XFSZ; ulimit -f ${KIB_PER_FILE}; exec "$0" "$@"`
  const server = startProcess('bash', ['-c', limited, process.execPath, program.path], {
    env: {
      ...onlyPath(),
      PORT: '0',
      DATA_DIR: app.environment.dataDirectory,
      FILE_DIR: files,
      DATABASE_URL: appUrl,
      DATABASE_OWNER_URL: ownerUrl,
      DATABASE_SYSTEM_URL: systemUrl,
    },
  })
  try {
    const url = await addressOf(server)
    const at = { ...app, url }
    const by = ann.at(url)
    const bytes = Buffer.alloc(2 * KIB_PER_FILE * 1_024, 1)
    const { uploadUrl } = await begin(by, bytes.length)
    const refused = await patch(at, uploadUrl, 0, bytes)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '60'])
    expect((await readdir(files, { recursive: true })).filter((name) => /\.(draft|\d+)$/.test(name))).toEqual(
      [],
    )
    const metrics = await (await fetch(`${url}/metrics`)).text()
    expect(metrics).toContain('colloquy_upload_parts_total{outcome="failed"} 1')
    expect(await by.say({ recipientId: bob.userId }, 'Still here')).toMatchObject({ seq: 1 })
    const small = await begin(by, 1_000)
    expect((await patch(at, small.uploadUrl, 0, bytes.subarray(0, 1_000))).status).toBe(204)
  } finally {
    await server.end('SIGTERM')
    await program.remove()
    await rm(files, { recursive: true })
  }
  expect(server.said.err).toMatch(/EFBIG|ENOSPC/)
})
