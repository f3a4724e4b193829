import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** A process running one of the programs in this folder. */
export interface ServerProcess {
  child: ChildProcess
  /** The first line it prints, or what it said on stderr if it ends without one. */
  firstLine: Promise<string>
  /** All it has printed so far. */
  said: { out: string; err: string }
  /** Its end, when all it said has arrived: the exit code, null if a signal killed it. */
  ended: Promise<number | null>
  /** Sends a signal and waits for the end; returns the exit code, null if the signal killed it. */
  end(signal: NodeJS.Signals): Promise<number | null>
}

/** How to start a program: as another user, if root asks for one, and in an environment of its own. */
export interface StartOptions {
  uid?: number
  gid?: number
  env?: Record<string, string>
}

/** A bundled program that can be started any number of times. */
export interface Program {
  /** The bundle. */
  path: string
  /** Starts it in a process group of its own. */
  start(args: string | string[], options?: StartOptions): ServerProcess
  /** Tells whether this user can read the program and run Node at all. */
  isRunnableBy(user: { uid: number; gid: number }): boolean
  remove(): Promise<void>
}

/** Bundles a TypeScript file, named by its path in the project, into a program that plain Node runs. */
export async function bundleProgram(file: string): Promise<Program> {
  // Inside the project, so that the bundle finds its packages.
  const project = new URL('../../', import.meta.url)
  const cache = fileURLToPath(new URL('node_modules/.cache/', project))
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(`${cache}program-`)
  const bundle = `${folder}/program.mjs`
  await build({
    entryPoints: { program: fileURLToPath(new URL(file, project)) },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  })
  await chmod(folder, 0o755)
  return {
    path: bundle,
    start: (args, options) => startProcess(process.execPath, [bundle].concat(args), options),
    isRunnableBy: (user) => isRunnable(bundle, user),
    remove: () => rm(folder, { recursive: true }),
  }
}

/** Starts any command in a process group of its own. */
export function startProcess(command: string, args: string[], options?: StartOptions): ServerProcess {
  const child = spawn(command, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = once(child, 'exit')
  const said = { out: '', err: '' }
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  const firstLine = new Promise<string>((resolve) => {
    child.stderr.on('data', (chunk) => {
      said.err += chunk
    })
    child.stdout.on('data', (chunk) => {
      said.out += chunk
      if (said.out.includes('\n')) resolve(said.out.slice(0, said.out.indexOf('\n')))
    })
    child.once('close', () => resolve(said.out.trim() || said.err))
  })
  async function end(signal: NodeJS.Signals): Promise<number | null> {
    child.kill(signal)
    await exited
    return child.exitCode
  }
  return { child, firstLine, said, ended, end }
}

function isRunnable(bundle: string, user: { uid: number; gid: number }): boolean {
  try {
    execFileSync(process.execPath, ['--check', bundle], { ...user, stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
