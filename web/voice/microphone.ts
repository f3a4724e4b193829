/** Why a recording cannot begin or go on; the texts say what to do. */
export type Issue = 'denied' | 'missing' | 'busy' | 'unsupported' | 'limit' | 'unplugged'

const ISSUES: Readonly<Record<string, Issue>> = {
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'missing',
  NotReadableError: 'busy',
  AbortError: 'busy',
}

/** The reason for which there is no microphone, from what the browser has thrown. */
export function issueOf(error: unknown): Issue {
  return (error instanceof DOMException && ISSUES[error.name]) || 'unsupported'
}

/** Opens the microphone; the browser may ask the person first. Throws a DOMException, and TypeError where there is no such thing. */
export function openMicrophone(): Promise<MediaStream> {
  return navigator.mediaDevices.getUserMedia({ audio: true })
}

/** Measures how loud a microphone is at the moment, from 0 to 1. */
export interface Meter {
  level(): number
  close(): void
}

export function meterOf(stream: MediaStream): Meter {
  const context = new AudioContext()
  const analyser = context.createAnalyser()
  context.createMediaStreamSource(stream).connect(analyser)
  const samples = new Float32Array(analyser.fftSize)
  return {
    level() {
      analyser.getFloatTimeDomainData(samples)
      return Math.min(1, Math.max(...samples.map(Math.abs)))
    },
    close: () => void context.close(),
  }
}
