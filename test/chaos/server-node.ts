import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { onlyPath } from '../support/colloquy.ts'
import { type Door, openDoor } from '../support/door.ts'
import { type ServerProcess, startProcess } from '../support/server-process.ts'
import type { Tally } from './tally.ts'

/** One server process, supervised: whenever it has ended it is started again on its port. */
export interface ServerNode {
  readonly name: string
  /** Where writers and most subscribers come in, and where those whose events are long do. */
  readonly doors: { readonly plain: Door; readonly bulky: Door }
  readonly isUp: boolean
  /** Resolves when it serves. */
  ready(): Promise<void>
  /** Ends it without warning, and starts it again after a pause. */
  kill(pauseMs: number): Promise<void>
  /** Has it finish its work and end, and starts it again after a pause; gives the exit code. */
  restart(pauseMs: number): Promise<number | null>
  /** Has it run another release, by the folder that it was built in, from its next start on. */
  install(release: string): void
  /** Stops it in its tracks for so long. */
  freeze(forMs: number): Promise<void>
  /** How it ended though nobody had ended it. */
  readonly accidents: string[]
  /** Ends it for good; gives the exit code. */
  stop(): Promise<number | null>
}

/** The settings of a server process. */
export interface NodeOptions {
  name: string
  port: number
  environment: Record<string, string>
  tally: Tally
  /** The folder of the release that it runs. */
  release: string
}

/** Starts a node and everything that keeps it running. */
export async function startNode({
  name,
  port,
  environment,
  tally,
  ...options
}: NodeOptions): Promise<ServerNode> {
  const doors = { plain: await openDoor(port), bulky: await openDoor(port) }
  const accidents: string[] = []
  let { release } = options
  let running: ServerProcess | undefined
  let starting = start()
  process.once('exit', () => running?.child.kill('SIGKILL'))

  async function start(pauseMs = 0): Promise<void> {
    await delay(pauseMs)
    for (;;) {
      const server = launch()
      running = server
      const line = await server.firstLine
      if (line.startsWith('Colloquy is ready')) {
        void server.ended.then((code) => restartAfterAccident(server, code))
        return
      }
      await server.ended
      tally.add('a start refused', reasonIn(line))
      // As a supervisor would: what it needs may be away just now.
      await delay(250)
    }
  }

  function launch(): ServerProcess {
    const env = { ...onlyPath(), ...environment, PORT: `${port}` }
    const server = startProcess(process.execPath, ['--enable-source-maps', join(release, 'dist/main.js')], {
      env,
    })
    void server.ended.then(() => tallyLog(server.said.err, tally))
    return server
  }

  function restartAfterAccident(server: ServerProcess, code: number | null): void {
    if (running !== server) return
    accidents.push(`${name} ended by itself with exit code ${code}: ${server.said.err.slice(-2_000)}`)
    running = undefined
    starting = start()
  }

  /** Takes the process out of supervision, so that its end is no accident. */
  async function take(): Promise<ServerProcess> {
    for (;;) {
      await starting
      const server = running
      running = undefined
      if (server) return server
      // Another fault was faster and has it start anew.
      await delay(10)
    }
  }

  async function end(signal: NodeJS.Signals, pauseMs: number): Promise<number | null> {
    const server = await take()
    const ended = server.end(signal)
    starting = ended.then(() => start(pauseMs))
    return await ended
  }

  return {
    name,
    doors,
    accidents,
    get isUp() {
      return running !== undefined
    },
    ready: () => starting,
    kill: async (pauseMs) => void (await end('SIGKILL', pauseMs)),
    restart: (pauseMs) => end('SIGTERM', pauseMs),
    install(folder) {
      release = folder
    },
    async freeze(forMs) {
      await starting
      const frozen = running
      frozen?.child.kill('SIGSTOP')
      await delay(forMs)
      frozen?.child.kill('SIGCONT')
    },
    async stop() {
      const server = await take()
      for (const door of Object.values(doors)) door.close()
      return await server.end('SIGTERM')
    },
  }
}

function reasonIn(said: string): string {
  const line = said.split('\n').find((each) => each.trim() !== '') ?? 'it said nothing'
  return (/"message":"([^"]{1,120})/.exec(line)?.[1] ?? line).slice(0, 120)
}

/** Counts what a node complained of, errors by their own words. */
function tallyLog(said: string, tally: Tally): void {
  for (const line of said.split('\n')) {
    if (!line.startsWith('{')) {
      if (line.trim() !== '') tally.add('said beside the log', line.slice(0, 160))
      continue
    }
    const { level, msg, err, reason } = JSON.parse(line)
    const words = `${msg}${err ? `: ${err.message}` : ''}${reason ? `: ${reason}` : ''}`
    tally.add(level >= 50 ? 'logged as an error' : 'logged as a warning', words.slice(0, 200))
  }
}
