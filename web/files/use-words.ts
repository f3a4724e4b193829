import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { FileWords } from '../locales/files/en.ts'
import { loadFileWords } from '../locales/files/locale.ts'
import styles from '../styles/files.css'
import { useUi } from '../ui/context.ts'

/** The texts of files and voice notes, undefined until they are loaded; the element has the styles by then. */
export function useFileWords(): FileWords | undefined {
  const { locale, dress } = useUi()
  const words = useSignal<FileWords | undefined>(undefined)
  useEffect(() => {
    dress(styles)
    void loadFileWords(locale).then((loaded) => {
      words.value = loaded
    })
  }, [locale])
  return words.value
}
