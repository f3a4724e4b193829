import { type Logger, pino } from 'pino'
import type { Environment } from '../env.ts'

/** The process's log, which goes to stderr: stdout is for what a command was asked for. */
export function createLog({ logLevel }: Environment): Logger {
  return pino({ level: logLevel }, pino.destination(2))
}
