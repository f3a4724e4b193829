let context: AudioContext | undefined

/** Plays a short tone. Browsers stay silent until the person has used the page. */
export function beep(): void {
  try {
    context ??= new AudioContext()
    const now = context.currentTime
    const tone = context.createOscillator()
    const volume = context.createGain()
    tone.frequency.setValueAtTime(660, now)
    tone.frequency.setValueAtTime(880, now + 0.08)
    volume.gain.setValueAtTime(0.08, now)
    volume.gain.exponentialRampToValueAtTime(0.0001, now + 0.25)
    tone.connect(volume).connect(context.destination)
    tone.start(now)
    tone.stop(now + 0.26)
  } catch {
    // A page without audio stays silent.
  }
}
