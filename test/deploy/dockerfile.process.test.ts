import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, expect, it } from 'vitest'

const run = promisify(execFile)
let folder: string | undefined
afterEach(() => folder && rm(folder, { recursive: true }))

/** The files and folders that the first stage of the Dockerfile has copied before it runs a command. */
async function copiedBefore(command: string): Promise<string[]> {
  const [, stage = ''] = (await readFile('Dockerfile', 'utf8')).split(/^FROM .*$/m)
  return stage
    .slice(0, stage.indexOf(command))
    .split('\n')
    .filter((line) => line.startsWith('COPY '))
    .flatMap((line) => line.split(' ').slice(1, -1))
}

it('the image is built from what its Dockerfile has copied when it installs the packages, and when it builds', {
  timeout: 120_000,
}, async () => {
  folder = await mkdtemp(join(tmpdir(), 'colloquy-image-'))
  const image = folder
  const copy = async (paths: string[]) => {
    for (const path of paths)
      await cp(path, join(image, path), { recursive: true, filter: (from) => !from.includes('/generated') })
  }
  const { scripts } = JSON.parse(await readFile('package.json', 'utf8'))
  // npm ci runs these two once the packages are there.
  const installing = [scripts.postinstall, scripts.prepare].join(' && ')
  await copy(await copiedBefore('RUN npm ci'))
  await symlink(join(process.cwd(), 'node_modules'), join(image, 'node_modules'))
  const options = { cwd: image, env: { PATH: `${join(image, 'node_modules/.bin')}:${process.env.PATH}` } }
  await run('sh', ['-c', installing], options)
  await copy(await copiedBefore('RUN npm run build'))
  await run('sh', ['-c', scripts.build], options)
  for (const file of ['dist/main.js', 'dist/cli.js', 'dist/client/client.js', 'dist/web'])
    await expect(readFile(join(image, file)).catch(({ code }) => code)).resolves.not.toBe('ENOENT')
})
