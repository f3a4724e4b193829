import { afterEach, beforeEach, expect } from 'vitest'

/** Fails every test of the file during which a promise was rejected that nobody handles: it would end the server. */
export function failOnUnhandledRejections(): void {
  const rejections: unknown[] = []
  const note = (reason: unknown) => void rejections.push(reason)
  beforeEach(() => {
    process.on('unhandledRejection', note)
  })
  afterEach(() => {
    process.off('unhandledRejection', note)
    expect(rejections.splice(0)).toEqual([])
  })
}
