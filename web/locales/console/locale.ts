import type { Words } from './en.ts'

/** Loads the console's texts of the first language that there is, or English. */
export async function loadWords(locale: string): Promise<Words> {
  const language = locale.toLowerCase().split('-')[0]
  if (language === 'de') return (await import('./de.ts')).words
  if (language === 'fr') return (await import('./fr.ts')).words
  return (await import('./en.ts')).words
}
