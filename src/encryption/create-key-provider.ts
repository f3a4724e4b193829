import type { KeySettings } from '../env.ts'
import type { KeyProvider } from './key-provider.ts'
import { createLocalKeyProvider } from './local-key-provider.ts'

/** A provider that can tell whether it works. */
export interface CheckedKeyProvider extends KeyProvider {
  /** Returns in words how secrets are kept. Throws KeyUnavailableError. */
  check(): Promise<string>
}

/** Creates the configured provider, with the companies' secrets in a folder. The SDK of AWS is loaded only if it is used. */
export async function createKeyProvider({ kms }: KeySettings, folder: string): Promise<CheckedKeyProvider> {
  if (!kms) {
    const check = async () => `secrets are files in ${folder}, which nothing else wraps`
    return { ...createLocalKeyProvider(folder), check }
  }
  const { createKmsLines } = await import('./kms-lines.ts')
  const lines = createKmsLines(kms)
  return { ...createLocalKeyProvider(folder, lines), check: lines.check }
}
