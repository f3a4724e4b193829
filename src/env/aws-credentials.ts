import type { Values } from './variables.ts'

/** An access key of AWS, or of a service that speaks its protocols. */
export interface AwsCredentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

/** Reads the access key. Undefined means the default chain of the SDK: files, containers, instances. */
export function awsCredentialsOf(values: Values): AwsCredentials | undefined {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = values
  const { AWS_SESSION_TOKEN: sessionToken } = values
  return accessKeyId && secretAccessKey
    ? { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }
    : undefined
}
