import type { Session } from '../store/session.ts'

const IDLE_MS = 5 * 60_000
const TELL_EVERY_MS = 10_000

/** Tells the hub whether this tab is visible and in use: presence follows it, and the choice of the tab that notifies. */
export function watchUse(session: Session): void {
  let usedAt = Date.now()
  let toldAt = 0
  const tell = () => {
    toldAt = Date.now()
    const visible = document.visibilityState === 'visible'
    session.link?.note({ visible, active: visible && Date.now() - usedAt < IDLE_MS, usedAt })
  }
  const use = () => {
    usedAt = Date.now()
    if (usedAt - toldAt > TELL_EVERY_MS) tell()
  }
  for (const name of ['pointerdown', 'keydown', 'wheel'])
    addEventListener(name, use, { passive: true, capture: true })
  for (const name of ['focus', 'blur']) addEventListener(name, tell)
  for (const name of ['online', 'offline'])
    addEventListener(name, () => session.noteNetwork(navigator.onLine))
  document.addEventListener('visibilitychange', tell)
  setInterval(tell, IDLE_MS / 5)
  session.phase.subscribe(tell)
}
