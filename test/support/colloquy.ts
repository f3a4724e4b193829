import { bundleProgram, type Program, type ServerProcess } from './server-process.ts'

/** The output of a command, and its exit code. */
export interface CommandResult {
  code: number | null
  out: string
  err: string
}

/** Colloquy as its operator meets it: the server process and the command line, bundled. */
export interface Colloquy {
  /** Starts the server on a free port, with this environment and PATH only. */
  serve(env: Record<string, string>): ServerProcess
  /** Runs a command to its end, with this environment and PATH only. */
  run(args: string[], env: Record<string, string>): Promise<CommandResult>
  server: Program
  remove(): Promise<void>
}

/** Bundles the server and the command line. */
export async function bundleColloquy(): Promise<Colloquy> {
  const server = await bundleProgram('src/main.ts')
  const commandLine = await bundleProgram('src/cli.ts')
  return {
    server,
    serve: (env) => server.start([], { env: { ...onlyPath(), PORT: '0', ...env } }),
    async run(args, env) {
      const { ended, said } = commandLine.start(args, { env: { ...onlyPath(), ...env } })
      const code = await ended
      return { code, ...said }
    },
    async remove() {
      await server.remove()
      await commandLine.remove()
    },
  }
}

/** The least environment a process is started in. */
export function onlyPath(): { PATH: string } {
  return { PATH: process.env.PATH ?? '' }
}

/** The address in the line a server prints when it is ready; fails with what it said instead. */
export async function addressOf(server: ServerProcess): Promise<string> {
  const line = await server.firstLine
  const address = /^Colloquy is ready at (http:\/\/[^ ]+:\d+)\/graphql$/.exec(line)?.[1]
  if (!address) throw new Error(`The server is not ready: ${line}`)
  return address
}
