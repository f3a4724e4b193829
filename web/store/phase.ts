/** Whether the session can work. */
export type Phase = 'starting' | 'ready' | 'signed-out' | 'off' | 'refused' | 'outdated'

/** The phase that an error code leads to. Undefined if it concerns one operation only, as FORBIDDEN does after the start. */
export function phaseAfter(code: string, isStart: boolean): Phase | undefined {
  if (code === 'UNAUTHENTICATED') return 'signed-out'
  if (code === 'MESSAGING_DISABLED') return 'off'
  if (code === 'OUTDATED') return 'outdated'
  return isStart && code === 'FORBIDDEN' ? 'refused' : undefined
}
