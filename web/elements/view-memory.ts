import type { View } from '../ui/context.ts'

/** The state of an element within one browser tab. */
export interface ViewState {
  open: boolean
  view: View
  /** The person it belongs to. */
  scope: string
}

/** Reads the state that an earlier page of this tab has left. */
export function readView(name: string): ViewState | undefined {
  try {
    const text = sessionStorage.getItem(`colloquy ${name}`)
    return text ? (JSON.parse(text) as ViewState) : undefined
  } catch {
    return undefined
  }
}

/** Keeps the state for the next page of this tab. */
export function writeView(name: string, state: ViewState): void {
  try {
    sessionStorage.setItem(`colloquy ${name}`, JSON.stringify(state))
  } catch {
    // Without storage the next page begins afresh.
  }
}
