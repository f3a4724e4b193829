import type { Context } from '../../context.ts'
import type { AssociatedData } from '../../encryption/associated-data.ts'

/** Decrypts a text, at once if the company's keys are loaded. Null if there is none. Throws DecryptionError. */
export function readSealed(
  context: Context,
  envelope: Uint8Array | null,
  location: AssociatedData,
): Promise<string | null> | string | null {
  if (envelope === null) return null
  const keys = context.loadedKeys()
  return keys
    ? keys.decrypt(envelope, location)
    : context.keys().then((loaded) => loaded.decrypt(envelope, location))
}
