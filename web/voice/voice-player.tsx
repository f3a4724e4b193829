import { useEffect, useMemo } from 'preact/hooks'
import { openFile } from '../files/file-link.ts'
import { useFileWords } from '../files/use-words.ts'
import type { FileWords } from '../locales/files/en.ts'
import { useUi } from '../ui/context.ts'
import { clockOf } from './clock.ts'
import { PlayGlyph } from './play-glyph.tsx'
import { peaksOf, VoiceNote } from './voice-note.ts'
import { BARS, Wave } from './wave.tsx'

/** Plays a voice note, which is loaded at the first press. */
export function VoicePlayer({ id, durationMs }: { id: string; durationMs: number }) {
  const { session } = useUi()
  const words = useFileWords()
  const note = useMemo(
    () => new VoiceNote(async () => (await openFile(session, id, 'ORIGINAL')).arrayBuffer()),
    [id],
  )
  useEffect(() => () => note.pause(), [note])
  return words ? <Controls note={note} durationMs={durationMs} words={words} /> : null
}

function Controls({ note, durationMs, words }: { note: VoiceNote; durationMs: number; words: FileWords }) {
  const { state, sound } = note
  // The sender has claimed the one, and the sound has the other.
  const seconds = sound.value?.duration ?? durationMs / 1000
  const isOn = state.value === 'playing' || state.value === 'loading'
  const label = isOn ? words.pause : words.play
  return (
    <fieldset class="voice" aria-label={`${words.voiceNote}, ${clockOf(1000 * seconds)}`}>
      <button
        type="button"
        class="tool"
        aria-label={label}
        title={label}
        aria-busy={state.value === 'loading'}
        onClick={() => (isOn ? note.pause() : void note.play())}
      >
        <PlayGlyph name={isOn ? 'pause' : 'play'} />
      </button>
      {state.value === 'failed' ? (
        <small class="voice-line" role="alert">
          {words.notLoaded}
        </small>
      ) : (
        <Track note={note} seconds={seconds} words={words} />
      )}
      <span class="voice-time">{clockOf(1000 * (note.position.value || seconds))}</span>
    </fieldset>
  )
}

/** The waveform, by which one goes to any place of the note. */
function Track({ note, seconds, words }: { note: VoiceNote; seconds: number; words: FileWords }) {
  const { sound, position } = note
  const peaks = useMemo(() => (sound.value ? peaksOf(sound.value, BARS) : []), [sound.value])
  return (
    <span class="track">
      <Wave peaks={peaks} played={position.value / seconds} />
      <input
        type="range"
        aria-label={words.position}
        aria-valuetext={words.of(clockOf(position.value * 1000), clockOf(seconds * 1000))}
        min={0}
        max={seconds}
        step="any"
        value={position.value}
        onInput={({ currentTarget }) => note.seek(Number(currentTarget.value))}
      />
    </span>
  )
}
