import { signal } from '@preact/signals'
import { keepBytes } from '../files/kept-bytes.ts'
import { forgetFile, type KeptFile, keepFile } from '../files/kept-files.ts'
import { type Owner, ownerIn } from '../files/owner.ts'
import { claim } from '../files/uploads.ts'
import { newKey } from '../store/new-key.ts'
import type { Session } from '../store/session.ts'
import { type Issue, issueOf, type Meter, meterOf, openMicrophone } from './microphone.ts'

/** A longer note is better sent in parts; it is decoded whole when it is played. */
const MAX_MS = 5 * 60_000
const TICK_MS = 100
/** A page that goes away loses no more than this of a recording. */
const PART_MS = 1_000
/** Enough for speech. */
const BITS_PER_SECOND = 32_000
/** Levels that are shown. */
const SHOWN = 48
/** The first that the browser records; Safari records the second alone. */
const TYPES = ['audio/webm;codecs=opus', 'audio/mp4']

/** A voice note while it is recorded. Its parts are kept by the browser each second, so that it outlasts its page. */
export class Recording {
  /** It fails if there is no microphone; it has ended if no more can be recorded. */
  readonly phase = signal<'asking' | 'recording' | 'paused' | 'ended' | 'failed'>('asking')
  readonly issue = signal<Issue | null>(null)
  readonly elapsedMs = signal(0)
  /** How loud the last moments were, from 0 to 1. */
  readonly levels = signal<readonly number[]>([])
  readonly #owner: Owner
  readonly #parts: Blob[] = []
  readonly #finished = new AbortController()
  #kept: KeptFile
  #isOver = false
  #recorder: MediaRecorder | undefined
  #stopped: Promise<unknown> | undefined
  #meter: Meter | undefined
  #ticking: ReturnType<typeof setInterval> | undefined
  #tickedAt = 0

  constructor(session: Session, conversationId: string) {
    this.#owner = ownerIn(session)
    const { signal } = this.#finished
    this.#owner.stay.addEventListener('abort', () => this.#abandon(), { signal })
    this.#kept = { key: newKey(), conversationId, name: '', type: '', size: 0, durationMs: 1 }
  }

  /** Asks for the microphone and begins. */
  async start(): Promise<void> {
    this.phase.value = 'asking'
    this.issue.value = null
    let stream: MediaStream | undefined
    try {
      stream = await openMicrophone()
      await claim(this.#kept.key)
      if (this.#isOver) return stopTracks(stream)
      this.#begin(stream)
    } catch (error) {
      // A browser that cannot record what it hears must not go on listening.
      if (stream) stopTracks(stream)
      this.#recorder = undefined
      this.#stopped = undefined
      this.#release()
      this.issue.value = issueOf(error)
      this.phase.value = 'failed'
    }
  }

  pause(): void {
    this.#recorder?.pause()
    this.phase.value = 'paused'
  }

  resume(): void {
    this.#recorder?.resume()
    this.#tickedAt = performance.now()
    this.phase.value = 'recording'
  }

  /** Ends the recording and returns what there is; null if there is nothing. */
  async finish(): Promise<{ kept: KeptFile; bytes: Blob } | null> {
    this.#isOver = true
    await this.#stop()
    this.#finished.abort()
    const { type } = this.#kept
    if (this.#owner.stay.aborted) return null
    const bytes = new Blob(this.#parts, { type })
    if (bytes.size > 0) return { kept: { ...this.#kept, size: bytes.size }, bytes }
    forgetFile(this.#owner.memory, this.#kept.key)
    return null
  }

  /** Nothing is kept of somebody who signs out. */
  #abandon(): void {
    this.#isOver = true
    this.#parts.length = 0
    void this.#stop()
  }

  #begin(stream: MediaStream): void {
    const mimeType = TYPES.find((each) => MediaRecorder.isTypeSupported(each)) ?? ''
    const recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: BITS_PER_SECOND })
    const type = recorder.mimeType.split(';')[0] ?? ''
    const moment = new Date().toISOString().slice(0, 16).replace(/\D/g, '-')
    this.#kept = { ...this.#kept, type, name: `voice-${moment}.${type.split('/')[1]}` }
    this.#recorder = recorder
    this.#meter = meterOf(stream)
    recorder.addEventListener('dataavailable', ({ data }) => this.#take(data))
    this.#stopped = new Promise((resolve) => recorder.addEventListener('stop', resolve))
    void this.#stopped.then(() => this.#note('unplugged'))
    recorder.start(PART_MS)
    this.#tickedAt = performance.now()
    this.#ticking = setInterval(() => this.#tick(), TICK_MS)
    this.phase.value = 'recording'
  }

  #take(part: Blob): void {
    const { scope, memory, stay } = this.#owner
    if (part.size === 0 || stay.aborted) return
    this.#parts.push(part)
    this.#kept = { ...this.#kept, durationMs: Math.max(1, Math.round(this.elapsedMs.value)) }
    keepFile(memory, this.#kept)
    void keepBytes(scope, this.#kept.key, this.#parts.length, part).catch(() => {})
  }

  #tick(): void {
    if (this.phase.value !== 'recording') return
    const now = performance.now()
    this.elapsedMs.value = Math.min(MAX_MS, this.elapsedMs.value + now - this.#tickedAt)
    this.#tickedAt = now
    this.levels.value = [...this.levels.value, this.#meter?.level() ?? 0].slice(-SHOWN)
    if (this.elapsedMs.value < MAX_MS) return
    this.#recorder?.stop()
    this.#note('limit')
  }

  /** Ends the recording for a reason; what there is of it can be sent. */
  #note(issue: Issue): void {
    if (this.#isOver || this.phase.value === 'ended') return
    this.issue.value = issue
    this.phase.value = 'ended'
    this.#release()
  }

  /** Waits for the last part. */
  async #stop(): Promise<void> {
    if (this.#recorder && this.#recorder.state !== 'inactive') this.#recorder.stop()
    await this.#stopped
    this.#release()
  }

  /** Lets the microphone go. */
  #release(): void {
    clearInterval(this.#ticking)
    this.#meter?.close()
    this.#meter = undefined
    if (this.#recorder) stopTracks(this.#recorder.stream)
  }
}

function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}
