import type { Signal } from '@preact/signals'
import { signal } from '@preact/signals'
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Words } from '../locales/console/en.ts'
import type { Ui } from '../ui/context.ts'
import type { ConsoleQuery, Permission } from './operations.ts'

/** The signed-in person, their rights and their company's settings. */
export type Viewer = ConsoleQuery['viewer']

/** Everything that the sections of the console share. */
export interface Console extends Ui {
  words: Words
  viewer: Signal<Viewer | null>
  /** Name of the section that is shown. */
  section: Signal<string>
  /** Forms that were begun, by name. They outlast a change of section and every failure. */
  drafts: Map<string, Signal<unknown>>
  /** Reads the viewer again, because rights or settings have changed. */
  refresh(): Promise<void>
}

const ConsoleContext = createContext<Console | null>(null)
export const ConsoleProvider = ConsoleContext.Provider

/** The shared things of the console. */
export function useConsole(): Console {
  const console = useContext(ConsoleContext)
  if (!console) throw new Error('There is no console around this part.')
  return console
}

/** True if the person's role has all of the permissions. */
export function may({ viewer }: Console, ...permissions: Permission[]): boolean {
  return permissions.every((permission) => viewer.value?.permissions.includes(permission))
}

/** The content of a form that outlasts the form. */
export function useDraft<Value>(name: string, initial: Value): Signal<Value> {
  const { drafts } = useConsole()
  const known = drafts.get(name) ?? signal<unknown>(initial)
  drafts.set(name, known)
  return known as Signal<Value>
}
