import type { Signal } from '@preact/signals'
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Strings } from '../locales/en.ts'
import type { Messaging } from '../store/messaging.ts'
import type { Session } from '../store/session.ts'
import type { ContextKey } from '../store/types.ts'

/** A screen of an element. */
export type View =
  | { name: 'inbox' }
  | { name: 'thread'; id: string; aroundSeq?: number | undefined }
  | { name: 'context' }
  | { name: 'new' }
  | { name: 'find'; conversationId?: string | undefined }
  | { name: 'preferences' }
  | { name: 'details'; id: string }
  | { name: 'broadcasts' }
  | { name: 'broadcast'; id: string }
  | { name: 'new-broadcast' }
  | { name: 'announce' }

/** Everything that the parts of an element share. */
export interface Ui {
  kind: 'widget' | 'messenger'
  messaging: Messaging
  session: Session
  text: Strings
  locale: string
  view: Signal<View>
  context: Signal<ContextKey | undefined>
  /** A line that is shown for some seconds, and read out. */
  toast: Signal<string>
  /** A line that is read out only. */
  announcement: Signal<string>
  go(view: View): void
  close(): void
  /** Adds styles to the element, once each. */
  dress(styles: string): void
  /** The address of a script as the Trusted Types of the page want it. */
  scriptUrl(url: string): unknown
  /** Plays the tone of a new message. */
  beep(): void
  /** Runs a call and shows its error. */
  attempt(work: () => Promise<unknown>): Promise<boolean>
  /** Tells the host's page something. */
  emit(name: string, detail?: unknown): void
}

const UiContext = createContext<Ui | null>(null)
export const UiProvider = UiContext.Provider

/** The shared things of the element that the part stands in. */
export function useUi(): Ui {
  const ui = useContext(UiContext)
  if (!ui) throw new Error('There is no element around this part.')
  return ui
}
