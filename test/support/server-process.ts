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
  /** Sends a signal and waits for the end; returns the exit code, null if the signal killed it. */
  end(signal: NodeJS.Signals): Promise<number | null>
}

/** A bundled program that can be started any number of times. */
export interface Program {
  /** Starts it in a process group of its own, as the given user if root asks for one. */
  start(argument: string, user?: { uid: number; gid: number }): ServerProcess
  /** Tells whether this user can read the program and run Node at all. */
  isRunnableBy(user: { uid: number; gid: number }): boolean
  remove(): Promise<void>
}

/** Bundles a TypeScript file of this folder into a program that plain Node runs. */
export async function bundleProgram(fileName: string): Promise<Program> {
  // Inside the project, so that the bundle finds its packages.
  const cache = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url))
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(`${cache}program-`)
  const bundle = `${folder}/program.mjs`
  await build({
    entryPoints: [fileURLToPath(new URL(fileName, import.meta.url))],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  })
  await chmod(folder, 0o755)
  return {
    start: (argument, user) => startProcess([bundle, argument], user),
    isRunnableBy: (user) => isRunnable(bundle, user),
    remove: () => rm(folder, { recursive: true }),
  }
}

function startProcess(args: string[], user?: { uid: number; gid: number }): ServerProcess {
  const child = spawn(process.execPath, args, { ...user, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = once(child, 'exit')
  const said = { out: '', err: '' }
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
  return { child, firstLine, end }
}

function isRunnable(bundle: string, user: { uid: number; gid: number }): boolean {
  try {
    execFileSync(process.execPath, ['--check', bundle], { ...user, stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
