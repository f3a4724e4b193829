import type { Words } from './en.ts'
import type { SettingWords } from './settings-en.ts'

/** Loads the console's texts of the first language that there is, or English. */
export async function loadWords(locale: string): Promise<Words> {
  const language = locale.toLowerCase().split('-')[0]
  if (language === 'de') return (await import('./de.ts')).words
  if (language === 'fr') return (await import('./fr.ts')).words
  return (await import('./en.ts')).words
}

/** Loads the labels of settings, which only those see who may change them. */
export async function loadSettingWords(locale: string): Promise<SettingWords> {
  const language = locale.toLowerCase().split('-')[0]
  if (language === 'de') return (await import('./settings-de.ts')).settings
  if (language === 'fr') return (await import('./settings-fr.ts')).settings
  return (await import('./settings-en.ts')).settings
}
