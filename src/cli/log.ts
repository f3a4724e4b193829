import { type Logger, pino } from 'pino'
import type { Environment } from '../env.ts'

/** Creates the process's log. It goes to stderr, because stdout carries the output of commands. */
export function createLog({ logLevel }: Environment): Logger {
  return pino({ level: logLevel }, pino.destination(2))
}
