import type { FileWords } from './en.ts'

/** Loads the texts of files and voice notes in the first language that there is, or English. */
export async function loadFileWords(locale: string): Promise<FileWords> {
  const language = locale.toLowerCase().split('-')[0]
  if (language === 'de') return (await import('./de.ts')).words
  if (language === 'fr') return (await import('./fr.ts')).words
  return (await import('./en.ts')).words
}
