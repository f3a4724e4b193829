import type { Strings } from './en.ts'

/** Loads the texts of the first language that there is, or English. */
export async function loadStrings(locale: string): Promise<Strings> {
  const language = locale.toLowerCase().split('-')[0]
  if (language === 'de') return (await import('./de.ts')).strings
  if (language === 'fr') return (await import('./fr.ts')).strings
  return (await import('./en.ts')).strings
}
