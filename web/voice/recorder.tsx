import type { ComponentChildren } from 'preact'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { forgetBytes } from '../files/kept-bytes.ts'
import { forgetFile, type KeptFile } from '../files/kept-files.ts'
import { addRecording } from '../files/uploads.ts'
import { useFileWords } from '../files/use-words.ts'
import type { FileWords } from '../locales/files/en.ts'
import { type Ui, useUi } from '../ui/context.ts'
import { Icon } from '../ui/icon.tsx'
import { Tool } from '../ui/tool.tsx'
import { clockOf } from './clock.ts'
import { PlayGlyph } from './play-glyph.tsx'
import { Recording } from './recording.ts'
import { Wave } from './wave.tsx'

interface RecorderProperties {
  conversationId: string
  /** The message that the note answers. */
  parentId: string | undefined
  onDone(): void
}

/** Records a voice note in place of the text. One that is left is kept beside the message. */
export function Recorder(properties: RecorderProperties) {
  const words = useFileWords()
  return words ? <Controls {...properties} words={words} /> : null
}

type End = 'left' | 'sent' | 'discarded'

function Controls({ conversationId, parentId, onDone, words }: RecorderProperties & { words: FileWords }) {
  const ui = useUi()
  const recording = useMemo(() => new Recording(ui.session, conversationId), [])
  const isOver = useRef(false)
  async function end(how: End): Promise<void> {
    if (isOver.current) return
    isOver.current = true
    const done = await recording.finish()
    if (done && how === 'discarded') discard(ui, done.kept)
    else if (done)
      addRecording(ui, words, how === 'sent' ? { ...done.kept, alone: { parentId } } : done.kept, done.bytes)
    if (done && how === 'left') ui.toast.value = words.kept
    if (how !== 'left') onDone()
  }
  useEffect(() => {
    void recording.start()
    return () => void end('left')
  }, [])
  const phase = recording.phase.value
  useEffect(() => {
    const said = { recording: words.recording, paused: words.paused }[phase as string]
    if (said) ui.announcement.value = said
  }, [phase])
  const cancel = <Tool label={words.discard} icon="trash" onClick={() => void end('discarded')} />
  if (phase === 'asking') return <Line cancel={cancel}>{words.permission}</Line>
  if (phase === 'failed') return <Failure recording={recording} words={words} cancel={cancel} />
  return (
    <>
      {cancel}
      <Progress recording={recording} words={words} />
      {phase !== 'ended' && <PauseButton recording={recording} words={words} />}
      <button
        type="button"
        class="send"
        aria-label={words.sendRecording}
        title={words.sendRecording}
        onClick={() => void end('sent')}
      >
        <Icon name="send" />
      </button>
    </>
  )
}

function discard({ session }: Ui, { key }: KeptFile): void {
  forgetFile(session.memory, key)
  void forgetBytes(session.scope, key).catch(() => {})
}

function Line({ cancel, children }: { cancel: ComponentChildren; children: ComponentChildren }) {
  return (
    <>
      {cancel}
      <p class="voice-line" role="status">
        {children}
      </p>
    </>
  )
}

function Failure({
  recording,
  words,
  cancel,
}: {
  recording: Recording
  words: FileWords
  cancel: ComponentChildren
}) {
  const { text } = useUi()
  return (
    <>
      {cancel}
      <p class="voice-line danger-text" role="alert">
        {recording.issue.value && words.issues[recording.issue.value]}
      </p>
      <button type="button" class="button" onClick={() => void recording.start()}>
        {text.retry}
      </button>
    </>
  )
}

/** The duration and how loud it is, or why it has ended. */
function Progress({ recording, words }: { recording: Recording; words: FileWords }) {
  const { issue, elapsedMs, levels } = recording
  return (
    <>
      <span class="voice-time" role="timer">
        {clockOf(elapsedMs.value)}
      </span>
      {issue.value ? (
        <p class="voice-line" role="alert">
          {words.issues[issue.value]}
        </p>
      ) : (
        <Wave peaks={levels.value} played={1} />
      )}
    </>
  )
}

/** The button that has the focus from the beginning. */
function PauseButton({ recording, words }: { recording: Recording; words: FileWords }) {
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => button.current?.focus(), [])
  const isPaused = recording.phase.value === 'paused'
  const label = isPaused ? words.resumeRecording : words.pauseRecording
  return (
    <button
      ref={button}
      type="button"
      class={`tool ${isPaused ? '' : 'live'}`}
      aria-label={label}
      title={label}
      onClick={() => (isPaused ? recording.resume() : recording.pause())}
    >
      {isPaused ? <Icon name="mic" /> : <PlayGlyph name="pause" />}
    </button>
  )
}
