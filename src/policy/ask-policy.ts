import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { PolicySettings } from '../env.ts'
import { reasonOf } from '../reason.ts'
import { StartupProblem } from '../startup-problem.ts'
import type { PolicyInput } from './policy-input.ts'

/**
 * Asks a policy. The answer is whatever it says; only `true` allows. Throws what the policy throws, and when the signal
 * ends.
 */
export type AskPolicy = (input: PolicyInput & { time: string }, signal: AbortSignal) => Promise<unknown>

/** The largest answer that is read. A decision takes a few bytes. */
const MAX_ANSWER_BYTES = 16 * 1024

/** Opens a policy. Throws StartupProblem for a module that cannot be loaded or exports no function. */
export async function openPolicy(settings: PolicySettings): Promise<AskPolicy> {
  return 'url' in settings ? askOpa(settings.url) : loadModule(settings.module)
}

async function loadModule(path: string): Promise<AskPolicy> {
  let loaded: Record<string, unknown>
  try {
    loaded = await import(pathToFileURL(resolve(path)).href)
  } catch (error) {
    throw new StartupProblem(`POLICY_MODULE could not be loaded: ${reasonOf(error)}`)
  }
  const decide = loaded.default
  if (typeof decide !== 'function')
    throw new StartupProblem('POLICY_MODULE must export a function as its default export.')
  return async (input) => decide(input)
}

/** OPA answers 200 without `result` where no rule applies, so the status alone says nothing. */
function askOpa(url: URL): AskPolicy {
  return async (input, signal) => {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ input }),
      redirect: 'error',
      signal,
    })
    if (!answer.ok || !answer.body) {
      await answer.body?.cancel()
      throw new Error(`The policy answered with status ${answer.status}.`)
    }
    const said: unknown = JSON.parse(await readText(answer.body))
    return typeof said === 'object' && said !== null && 'result' in said ? said.result : undefined
  }
}

async function readText(body: ReadableStream<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  // Leaving the loop cancels the stream, so no more is received.
  for await (const chunk of body) {
    length += chunk.byteLength
    if (length > MAX_ANSWER_BYTES) throw new Error('The policy answered with more than 16 KiB.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
