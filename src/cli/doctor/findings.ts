import { StartupProblem } from '../../startup-problem.ts'

/** The result of a check. The detail of a problem says what to do about it. */
export interface Finding {
  check: string
  ok: boolean
  detail: string
}

/** The results of the checks so far. */
export interface Findings {
  readonly list: Finding[]
  add(check: string, detail: string, ok?: boolean): void
  /** Runs a check that returns its detail or throws StartupProblem. Returns true if it succeeded. */
  check(name: string, run: () => Promise<string>): Promise<boolean>
}

/** Creates an empty list of findings. */
export function createFindings(): Findings {
  const list: Finding[] = []
  return {
    list,
    add: (check, detail, ok = true) => void list.push({ check, ok, detail }),
    async check(name, run) {
      try {
        list.push({ check: name, ok: true, detail: await run() })
        return true
      } catch (error) {
        if (!(error instanceof StartupProblem)) throw error
        list.push({ check: name, ok: false, detail: error.message })
        return false
      }
    },
  }
}
