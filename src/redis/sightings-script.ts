import type { Cluster, Redis, Result } from 'ioredis'

declare module 'ioredis' {
  interface RedisCommander<Context> {
    noteSighting(key: string, ...args: (string | number)[]): Result<[number, number], Context>
  }
}

/** The sightings of one key: a sorted set by the time in milliseconds. A member is a place, a space and an id. */
const LUA = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -1 - ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
local places, seen = 0, {}
local members = redis.call('ZRANGE', KEYS[1], 0, -1)
for _, member in ipairs(members) do
  local place = string.match(member, '^%S+')
  if not seen[place] then
    seen[place] = true
    places = places + 1
  end
end
return { #members, places }
`

/** The command that sightings add to a Redis client. */
export const sightingsScript = { noteSighting: { lua: LUA, numberOfKeys: 1 } }

/** Records a sighting. Returns the number of sightings within the last `ms` milliseconds, at most `max`, and the number of their places. */
export function noteInRedis(
  commands: Redis | Cluster,
  key: string,
  member: string,
  { ms, max }: { ms: number; max: number },
): Promise<[times: number, places: number]> {
  return commands.noteSighting(key, member, ms, max)
}
