/** A port that is closed takes what is transferred to it, and lets it go. */
const { port1: nowhere } = new MessageChannel()
nowhere.close()

/** Bytes from which it pays: fewer, such as the text of a message, are left to be collected. */
const MIN_FREED_BYTES = 4096

/**
 * Frees the memory of bytes that are used no more, at once. V8 counts it with its heap: where a transfer leaves its buffers to be
 * collected, the whole heap is marked once every 9 MB, which costs more than to encrypt them. Few bytes, and those that
 * share memory with others, are left alone.
 */
export function freeBytes({ buffer, byteLength }: Uint8Array): void {
  const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength
  if (isWhole && byteLength >= MIN_FREED_BYTES) nowhere.postMessage(null, [buffer])
}
