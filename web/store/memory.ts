/** The browser's storage for one person. */
export interface Memory {
  read<T>(name: string): T | undefined
  write(name: string, value: unknown): void
  /** Calls the listener when another tab has written. The returned function removes it. */
  onChange(name: string, listener: () => void): () => void
  /** Removes everything of this person. */
  wipe(): void
}

/** That of nobody, and of somebody who has signed out: what is on its way to it is kept nowhere. */
export const noMemory: Memory = {
  read: () => undefined,
  write() {},
  onChange: () => () => {},
  wipe() {},
}

/** Creates the memory. Where the browser keeps nothing, it lasts as long as the page. */
export function createMemory(kind: 'localStorage' | 'sessionStorage', scope: string): Memory {
  const prefix = `colloquy:${scope}:`
  const held = new Map<string, string>()
  const storage = () => {
    try {
      return globalThis[kind]
    } catch {
      return undefined
    }
  }
  return {
    read(name) {
      const text = storage()?.getItem(prefix + name) ?? held.get(name)
      try {
        return text === undefined || text === null ? undefined : JSON.parse(text)
      } catch {
        return undefined
      }
    },
    write(name, value) {
      const text = JSON.stringify(value)
      held.set(name, text)
      try {
        storage()?.setItem(prefix + name, text)
      } catch {
        // The quota is used up: the page still holds it.
        storage()?.removeItem(prefix + name)
      }
    },
    onChange(name, listener) {
      const heard = (event: StorageEvent) => {
        if (event.key === prefix + name || event.key === null) {
          held.delete(name)
          listener()
        }
      }
      addEventListener('storage', heard)
      return () => removeEventListener('storage', heard)
    },
    wipe() {
      held.clear()
      const kept = storage()
      for (const key of Object.keys(kept ?? {})) if (key.startsWith(prefix)) kept?.removeItem(key)
    },
  }
}
