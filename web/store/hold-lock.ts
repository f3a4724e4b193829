/**
 * Holds a lock as long as the tab lives, which tells the hub that it is gone; `onHeld` gets the function that lets it go. Returns
 * the name of the lock, or null where there are none.
 */
export function holdLock(name: string, onHeld: (release: () => void) => void): Promise<string | null> {
  if (!navigator.locks) return Promise.resolve(null)
  return new Promise((resolve) => {
    const held = new Promise<void>((release) => onHeld(release))
    navigator.locks
      .request(name, () => {
        resolve(name)
        return held
      })
      .catch(() => resolve(null))
  })
}
