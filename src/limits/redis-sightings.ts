import { randomBytes } from 'node:crypto'
import type { RedisConnections } from '../redis/connection.ts'
import { removeFromRedis } from '../redis/rate-limit-script.ts'
import { noteInRedis } from '../redis/sightings-script.ts'
import { createMemorySightings } from './memory-sightings.ts'
import { MAX_SIGHTINGS, SIGHTED_MS, type Sightings } from './sightings.ts'

const ANSWER_WITHIN_MS = 300
const KEY_PREFIX = 'colloquy:sighting:'

/**
 * Counts in Redis for all processes. While Redis does not answer, each process counts by itself: too little may be counted then,
 * but nobody is kept from sending.
 */
export function createRedisSightings(redis: RedisConnections): Sightings {
  const memory = createMemorySightings()
  const node = randomBytes(6).toString('base64url')
  let lastId = 0

  return {
    async note(key, place) {
      lastId += 1
      const member = `${place} ${node}${lastId.toString(36)}`
      const name = KEY_PREFIX + key
      try {
        const noted = noteInRedis(redis.commands, name, member, { ms: SIGHTED_MS, max: MAX_SIGHTINGS })
        const [times, places] = await redis.answerWithin(noted, ANSWER_WITHIN_MS)
        const undo = () =>
          redis.answerWithin(removeFromRedis(redis.commands, name, member), ANSWER_WITHIN_MS).catch(() => {})
        return { times, places, undo }
      } catch {
        return memory.note(key, place)
      }
    },
  }
}
