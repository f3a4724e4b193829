type Files = typeof import('../elements/files.ts')

let load: () => Promise<Files>

/** Says where the code of files and voice notes comes from: it is one file of its own, which itself imports what uses it. */
export function loadFilesBy(loader: () => Promise<Files>): void {
  load = loader
}

/** Loads the code of files and voice notes, the first time it is needed. */
export const lateFiles = () => load()
