import type { Message } from '../store/types.ts'
import { VoicePlayer } from '../voice/voice-player.tsx'
import { MessageFiles } from './message-files.tsx'

/** The files of a message that a moderator decides about. */
export function ReviewedFiles({ files }: { files: Message['attachments'] }) {
  return <MessageFiles files={files} Player={VoicePlayer} />
}
