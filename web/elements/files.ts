// One file of what is needed once there are files or voice notes, and not before.

// Of what it shares with the screens it loads all: else that would fall apart into many small files, which compress worse.
import '../files/attach-button.tsx'
import '../files/use-files.ts'
import '../styles/panel.css'
import '../timeline/reactions.tsx'
import '../ui/avatar.tsx'
import '../ui/close-button.tsx'
import '../ui/format.ts'
import '../ui/into.ts'
import '../ui/menu.tsx'
import '../ui/state.tsx'
import '../ui/toast.tsx'

export { FileNames } from '../files/file-names.tsx'
export { MessageFiles } from '../files/message-files.tsx'
export { UploadList } from '../files/upload-list.tsx'
export { addFiles, restoreFiles } from '../files/uploads.ts'
export { Recorder } from '../voice/recorder.tsx'
