import type { ComponentType } from 'preact'
import { lazy } from '../ui/lazy.tsx'

type Files = typeof import('../elements/files.ts')

/** Loads the code of files and voice notes, the first time it is needed. */
export let lateFiles: () => Promise<Files>

/** Says where that code comes from: it is one file of its own, which itself imports what uses it. */
export function loadFilesBy(loader: () => Promise<Files>): void {
  lateFiles = loader
}

const late = <Properties extends object>(pick: (files: Files) => ComponentType<Properties>) =>
  lazy(() => lateFiles().then(pick))

// The components of that code, which show nothing until it is there.
export const MessageFiles = late((files) => files.MessageFiles)
export const Recorder = late((files) => files.Recorder)
export const UploadList = late((files) => files.UploadList)
