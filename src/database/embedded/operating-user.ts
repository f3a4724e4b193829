import { execFile } from 'node:child_process'
import { chown, stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import { errorCode } from '../../data-directory/storage-problem.ts'

const run = promisify(execFile)

/** The unprivileged user of the operating system that runs PostgreSQL when Colloquy runs as root. */
export interface OperatingUser {
  uid: number
  gid: number
}

/**
 * Chooses the user for PostgreSQL, which does not run as root. Null means the present user, who is not root. An
 * existing cluster keeps its owner. Otherwise it is `postgres`, created if missing, or else `nobody`.
 */
export async function chooseOperatingUser(cluster: string): Promise<OperatingUser | null> {
  if (process.getuid?.() !== 0) return null
  return (
    (await ownerOf(cluster)) ??
    (await findUser('postgres')) ??
    (await createUser('postgres')) ??
    (await findUser('nobody')) ?? { uid: 65_534, gid: 65_534 }
  )
}

/** Changes the owner of a file or folder to the user that runs PostgreSQL. */
export async function handOver(path: string, user: OperatingUser | null): Promise<void> {
  if (user !== null) await chown(path, user.uid, user.gid)
}

async function ownerOf(path: string): Promise<OperatingUser | null> {
  try {
    const { uid, gid } = await stat(path)
    return uid === 0 ? null : { uid, gid }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw error
  }
}

async function findUser(name: string): Promise<OperatingUser | null> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])])
    const user = { uid: Number(uid.stdout), gid: Number(gid.stdout) }
    return user.uid > 0 ? user : null
  } catch {
    return null
  }
}

async function createUser(name: string): Promise<OperatingUser | null> {
  try {
    await run('useradd', [
      '--system',
      '--user-group',
      '--no-create-home',
      '--shell',
      '/usr/sbin/nologin',
      name,
    ])
  } catch {
    return null
  }
  return await findUser(name)
}
