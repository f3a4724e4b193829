import type { Context } from '../../context.ts'
import { MAX_BODY_BYTES, MAX_SUBJECT_LENGTH } from '../../input.ts'
import { serverVersion } from '../../installation.ts'
import { MAX_SIZE } from '../../page.ts'

/** The version and the limits of the server. */
export interface ServerInfo {
  version: string
  maxBodyBytes: number
  maxSubjectLength: number
  maxPageSize: number
  features: string[]
}

/** The parts of the API that every server of this version has. */
const FEATURES = [
  'attachments',
  'audit',
  'broadcasts',
  'contexts',
  'departments',
  'exports',
  'guests',
  'moderation',
  'presence',
  'search',
  'typing',
]

/** Returns the version and the limits of the server, and the parts of the API that it has. */
export async function serverInfo({ services }: Context): Promise<ServerInfo> {
  return {
    version: await serverVersion(),
    maxBodyBytes: MAX_BODY_BYTES,
    maxSubjectLength: MAX_SUBJECT_LENGTH,
    maxPageSize: MAX_SIZE,
    features: [
      ...FEATURES,
      ...(services.push ? ['push'] : []),
      ...(services.sms.provider.name === 'disk' ? [] : ['sms']),
    ],
  }
}
