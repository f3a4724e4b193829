import { signal } from '@preact/signals'

/** Speech needs no more, and an hour of it would be a gigabyte of memory at the rate of most sound cards. */
const SAMPLES_PER_SECOND = 24_000
/** Samples of a span of the waveform. */
const MAX_LOOKED_AT = 1_000

let context: AudioContext | undefined
/** The note that plays: in a page one does at a time. */
let current: VoiceNote | undefined

/**
 * A voice note that can be played. It is decoded whole and played by Web Audio: recordings of browsers have no index to seek by,
 * and a page's policy need not allow media.
 */
export class VoiceNote {
  readonly state = signal<'idle' | 'loading' | 'playing' | 'failed'>('idle')
  /** Seconds from the beginning. */
  readonly position = signal(0)
  /** Null until it is loaded. */
  readonly sound = signal<AudioBuffer | null>(null)
  readonly #load: () => Promise<ArrayBuffer>
  #source: AudioBufferSourceNode | undefined
  #frame = 0

  constructor(load: () => Promise<ArrayBuffer>) {
    this.#load = load
  }

  /** Plays it from its position, and has any other pause. */
  async play(): Promise<void> {
    if (current !== this) current?.pause()
    current = this
    context ??= new AudioContext({ sampleRate: SAMPLES_PER_SECOND })
    void context.resume()
    try {
      if (!this.sound.value) {
        this.state.value = 'loading'
        this.sound.value = await context.decodeAudioData(await this.#load())
      }
    } catch {
      this.state.value = 'failed'
      return
    }
    // Another one, or the pause button, may have been pressed meanwhile.
    if (current === this) this.#begin(context, this.sound.value)
    else this.state.value = 'idle'
  }

  pause(): void {
    this.#halt()
    if (current !== this) return
    current = undefined
    void context?.suspend()
  }

  /** Goes to a second of it, and goes on playing if it plays. */
  seek(seconds: number): void {
    const isPlaying = this.state.value === 'playing'
    this.#halt()
    this.position.value = seconds
    if (isPlaying) void this.play()
  }

  #begin(output: AudioContext, sound: AudioBuffer): void {
    if (this.position.value >= sound.duration) this.position.value = 0
    const source = output.createBufferSource()
    source.buffer = sound
    source.connect(output.destination)
    const begunAt = output.currentTime - this.position.value
    source.onended = () => {
      this.pause()
      this.position.value = 0
    }
    const show = () => {
      this.position.value = Math.min(sound.duration, output.currentTime - begunAt)
      this.#frame = requestAnimationFrame(show)
    }
    source.start(0, this.position.value)
    this.#source = source
    this.state.value = 'playing'
    show()
  }

  #halt(): void {
    cancelAnimationFrame(this.#frame)
    if (this.state.value !== 'failed') this.state.value = 'idle'
    if (!this.#source) return
    this.#source.onended = null
    this.#source.stop()
    this.#source = undefined
  }
}

/** The loudest moments of as many equal spans of a sound, the loudest of all being 1. */
export function peaksOf(sound: AudioBuffer, spans: number): number[] {
  const samples = sound.getChannelData(0)
  const length = Math.max(1, Math.floor(samples.length / spans))
  // All samples of a long note would hold the page up.
  const stride = Math.ceil(length / MAX_LOOKED_AT)
  const peaks = Array.from({ length: spans }, () => 0)
  for (let at = 0; at < length * spans; at += stride) {
    const span = Math.floor(at / length)
    peaks[span] = Math.max(peaks[span] ?? 0, Math.abs(samples[at] ?? 0))
  }
  const loudest = Math.max(...peaks, Number.EPSILON)
  return peaks.map((peak) => peak / loudest)
}
