import { describe, expect, test } from 'vitest'
import { readEnvironment } from '../../src/env.ts'
import { problemsOf, production, variablesOf } from './production.ts'

describe('the database', () => {
  test('has a serving role if it has any', () => {
    const { DATABASE_SYSTEM_URL } = production
    expect(problemsOf({ DATABASE_SYSTEM_URL })).toEqual([
      'DATABASE_URL is missing: DATABASE_SYSTEM_URL needs it.',
    ])
  })

  test.each(['DATABASE_URL', 'DATABASE_OWNER_URL', 'DATABASE_SYSTEM_URL'])(
    'is reached over TLS in production by %s, unless the network is declared trusted',
    (name) => {
      for (const mode of ['', '?sslmode=disable', '?sslmode=prefer', '?sslmode=no-verify']) {
        const source = { ...production, [name]: `postgres://role:7Hq2@db.internal/colloquy${mode}` }
        expect(variablesOf(source)).toEqual([name])
        expect(problemsOf({ ...source, TRUSTED_NETWORK: 'on' })).toEqual([])
        expect(problemsOf({ ...source, NODE_ENV: 'development' })).toEqual([])
      }
    },
  )

  test.each(['postgres', 'colloquy', 'changeme', 'app'])('has no password %s in production', (password) => {
    const source = { ...production, DATABASE_URL: `postgres://app:${password}@db.internal/c?sslmode=require` }
    expect(problemsOf(source)).toEqual(['DATABASE_URL has a password that everybody knows: choose another.'])
    expect(problemsOf({ ...source, NODE_ENV: 'development' })).toEqual([])
  })
})

test('Redis is reached over TLS in production, unless the network is declared trusted', () => {
  const source = { ...production, REDIS_URL: 'redis://cache.internal:6379' }
  expect(variablesOf(source)).toEqual(['REDIS_URL'])
  expect(problemsOf({ ...source, TRUSTED_NETWORK: 'on' })).toEqual([])
})

test('several addresses of Redis are those of a cluster', () => {
  const list = 'rediss://:3Zx8@one:6379, rediss://:3Zx8@two:6380'
  expect(readEnvironment({ ...production, REDIS_URL: list }).redisUrl).toBe(list.replace(' ', ''))
  const plain = 'redis://one:6379,redis://two:6380'
  expect(variablesOf({ ...production, REDIS_URL: plain })).toEqual(['REDIS_URL'])
})

test('a replica is a database like the others: with TLS in production, and of a primary', () => {
  const replica = 'postgres://app:7Hq2@replica.internal/colloquy?sslmode=verify-full'
  expect(readEnvironment({ ...production, DATABASE_REPLICA_URL: replica }).database.replicaUrl).toBe(replica)
  const plain = replica.replace(/\?.*/, '')
  expect(variablesOf({ ...production, DATABASE_REPLICA_URL: plain })).toEqual(['DATABASE_REPLICA_URL'])
  expect(variablesOf({ DATABASE_REPLICA_URL: replica })).toEqual(['DATABASE_URL'])
})
