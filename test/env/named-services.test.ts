import { describe, expect, test } from 'vitest'
import { readEnvironment } from '../../src/env.ts'
import { problemsOf, production, variablesOf } from './production.ts'

describe('the identity provider', () => {
  test('is given whole or not at all', () => {
    expect(variablesOf({ OIDC_ISSUER: 'https://login.example' })).toEqual(['OIDC_AUDIENCE', 'OIDC_JWKS_URL'])
    expect(variablesOf({ OIDC_CLIENT_ID: 'colloquy' })).toEqual([
      'OIDC_ISSUER',
      'OIDC_AUDIENCE',
      'OIDC_JWKS_URL',
    ])
  })

  test('has a client of the pages of the server only if one is named', () => {
    expect(readEnvironment(production).identity?.client).toBeUndefined()
    const named = { ...production, OIDC_CLIENT_ID: 'colloquy', OIDC_SCOPE: 'openid offline_access' }
    expect(readEnvironment(named).identity?.client).toEqual({
      id: 'colloquy',
      scope: 'openid offline_access',
    })
  })

  test('may be reached without TLS in development only', () => {
    const { OIDC_ISSUER, OIDC_AUDIENCE } = production
    const plain = { OIDC_ISSUER, OIDC_AUDIENCE, OIDC_JWKS_URL: 'http://127.0.0.1:8080/jwks' }
    expect(problemsOf(plain)).toEqual([])
    expect(problemsOf({ ...production, ...plain, TRUSTED_NETWORK: 'on' })).toEqual([
      'OIDC_JWKS_URL must use https: in production.',
    ])
  })

  test('names the company itself where the member claim is not the subject', () => {
    expect(variablesOf({ ...production, OIDC_MEMBER_CLAIM: 'employee_id' })).toEqual(['OIDC_COMPANY_CLAIM'])
    const both = { ...production, OIDC_MEMBER_CLAIM: 'employee_id', OIDC_COMPANY_CLAIM: 'org' }
    expect(problemsOf(both)).toEqual([])
  })
})

describe('the bucket of files', () => {
  const bucket = { FILE_STORE: 's3', S3_BUCKET: 'files', AWS_REGION: 'eu-central-1' }

  test('needs its name and its region, and is not read while files lie on the disk', () => {
    expect(variablesOf({ FILE_STORE: 's3' })).toEqual(['S3_BUCKET', 'AWS_REGION'])
    expect(readEnvironment({ ...bucket, FILE_STORE: 'disk' }).attachments.s3).toBeUndefined()
    expect(variablesOf({ ...bucket, AWS_ACCESS_KEY_ID: 'AKID' })).toEqual(['AWS_SECRET_ACCESS_KEY'])
    expect(variablesOf({ ...bucket, FILE_STORE: 'tape' })).toEqual(['FILE_STORE'])
    expect(variablesOf({ ...bucket, S3_PREFIX: '../x y' })).toEqual(['S3_PREFIX'])
  })

  test('stands in the name of the host at AWS, and in the path at another address, unless told otherwise', () => {
    const at = (more: NodeJS.ProcessEnv = {}) => readEnvironment({ ...bucket, ...more }).attachments.s3
    const S3_ENDPOINT = 'http://127.0.0.1:9000'
    expect(at()).toMatchObject({ bucket: 'files', prefix: '', endpoint: undefined, pathStyle: false })
    expect(at({ S3_ENDPOINT, S3_PREFIX: 'a/b' })).toMatchObject({ prefix: 'a/b/', pathStyle: true })
    expect(at({ S3_ENDPOINT, S3_PATH_STYLE: 'off' })).toMatchObject({ pathStyle: false })
    const plain = { ...production, ...bucket, S3_ENDPOINT }
    expect(variablesOf(plain)).toEqual(['S3_ENDPOINT'])
    expect(problemsOf({ ...plain, TRUSTED_NETWORK: 'on' })).toEqual([])
  })
})

describe('e-mail', () => {
  test('is written to disk in production only when that is said', () => {
    expect(variablesOf({ ...production, SMTP_URL: undefined })).toEqual(['SMTP_URL'])
    const { mail } = readEnvironment({ ...production, SMTP_URL: 'disk', MAIL_FROM: undefined })
    expect(mail).toMatchObject({ smtpUrl: undefined })
  })

  test('has a sender where there is a mail server, in development too', () => {
    expect(variablesOf({ SMTP_URL: 'smtp://localhost:1025' })).toEqual(['MAIL_FROM'])
  })

  test('goes out without TLS in production only on a trusted network', () => {
    expect(readEnvironment(production).mail.requireTls).toBe(true)
    expect(readEnvironment({ ...production, TRUSTED_NETWORK: 'on' }).mail.requireTls).toBe(false)
  })

  test('has links that begin with PUBLIC_URL, over TLS in production, or else with where the server listens', () => {
    expect(problemsOf({ ...production, PUBLIC_URL: 'http://chat.example' })).toEqual([
      'PUBLIC_URL must use https: in production.',
    ])
    expect(readEnvironment({ PUBLIC_URL: 'http://chat.example/base//' }).publicUrl).toBe(
      'http://chat.example/base',
    )
    expect(readEnvironment({ HOST: '0.0.0.0', PORT: '80' }).publicUrl).toBe('http://127.0.0.1:80')
    expect(readEnvironment({ HOST: '::1' }).publicUrl).toBe('http://[::1]:4000')
  })
})
