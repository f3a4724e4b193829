const STORE = 'bytes'

/**
 * Keeps bytes of a file in the browser, so that they outlast the page: part 0 of a chosen file, or the parts of a recording one by
 * one. Throws where the browser keeps nothing, or has no room.
 */
export async function keepBytes(scope: string, key: string, part: number, bytes: Blob): Promise<void> {
  await inStore(scope, 'readwrite', (store) => store.put(bytes, [key, part]))
}

/** Returns the bytes of a file; null if they are not kept. */
export async function readBytes(scope: string, key: string): Promise<Blob | null> {
  const parts = await inStore<Blob[]>(scope, 'readonly', (store) => store.getAll(partsOf(key))).catch(
    () => [],
  )
  return parts.length > 0 ? new Blob(parts) : null
}

export async function forgetBytes(scope: string, key: string): Promise<void> {
  await inStore(scope, 'readwrite', (store) => store.delete(partsOf(key)))
}

function partsOf(key: string): IDBKeyRange {
  return IDBKeyRange.bound([key], [key, []])
}

/** Connections are short: signing out deletes the database, which waits for open ones. */
async function inStore<T>(
  scope: string,
  mode: IDBTransactionMode,
  ask: (store: IDBObjectStore) => IDBRequest,
): Promise<T> {
  const opening = indexedDB.open(`colloquy:${scope}`)
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE)
  const database = await answerOf<IDBDatabase>(opening)
  try {
    return await answerOf<T>(ask(database.transaction(STORE, mode).objectStore(STORE)))
  } finally {
    database.close()
  }
}

function answerOf<T>(request: IDBRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
