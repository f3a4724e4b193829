import type { Cluster, Redis, Result } from 'ioredis'

/** A call to be accepted under all of its windows. */
export interface RedisTake {
  readonly key: string
  readonly member: string
  /** The time in microseconds to use instead of Redis's own clock, for tests. */
  readonly nowUs: number | undefined
  readonly windows: readonly { readonly max: number; readonly perMs: number }[]
  /** Entries accepted elsewhere that the log must contain, by age in microseconds. */
  readonly missing: readonly { readonly member: string; readonly ageUs: number }[]
  /** Entries that the log must not contain. */
  readonly disowned: readonly string[]
}

declare module 'ioredis' {
  interface RedisCommander<Context> {
    takeRateLimit(key: string, ...args: (string | number)[]): Result<number, Context>
  }
}

/**
 * The log of one key: a sorted set of accepted members by time. `horizon` holds the longest window so far as a negative
 * score, so that a call with short windows does not remove entries that a long window counts. Redis writes numbers with
 * 17 digits, enough for microseconds; Lua's own conversion would round them.
 */
const LUA = `
local key, now = KEYS[1], tonumber(ARGV[2])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end

local windowsEnd = 3 + 2 * ARGV[3]
local longest = 0
for at = 4, windowsEnd, 2 do longest = math.max(longest, ARGV[at + 1]) end

local horizon = -(redis.call('ZSCORE', key, 'horizon') or 0)
if longest > horizon then
  horizon = longest
  redis.call('ZADD', key, -horizon, 'horizon')
  redis.call('PEXPIRE', key, math.ceil(horizon / 1000))
end

local missingEnd = windowsEnd + 1 + 2 * ARGV[windowsEnd + 1]
for at = windowsEnd + 2, missingEnd, 2 do
  if tonumber(ARGV[at + 1]) < horizon then redis.call('ZADD', key, 'NX', now - ARGV[at + 1], ARGV[at]) end
end
for at = missingEnd + 1, #ARGV do redis.call('ZREM', key, ARGV[at]) end

local function timeToWait()
  local held, wait = redis.call('ZCARD', key) - 1, 0
  for at = 4, windowsEnd, 2 do
    local max, first = tonumber(ARGV[at]), nil
    if max == 0 then
      first = now
    elseif max <= held then
      first = redis.call('ZRANGE', key, -max, -max, 'WITHSCORES')[2]
    end
    if first then wait = math.max(wait, first + ARGV[at + 1] - now) end
  end
  return wait
end

local wait = timeToWait()
if wait > 0 then
  -- If the clock was set back, entries in the future are moved to now, so that they do not lock anybody out.
  local future = redis.call('ZRANGEBYSCORE', key, string.format('(%.0f', now), '+inf')
  for _, member in ipairs(future) do redis.call('ZADD', key, now, member) end
  return #future > 0 and timeToWait() or wait
end

redis.call('ZADD', key, now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', key, 0, now - horizon)
redis.call('PEXPIRE', key, math.ceil(horizon / 1000))
return 0
`

/** The command that rate limits add to a Redis client. */
export const rateLimitScript = { takeRateLimit: { lua: LUA, numberOfKeys: 1 } }

/** Accepts and logs the call and returns 0, or returns the microseconds after which it would be accepted. Atomic. */
export function takeInRedis(commands: Redis | Cluster, take: RedisTake): Promise<number> {
  const args: (string | number)[] = [take.member, take.nowUs ?? '', take.windows.length]
  for (const { max, perMs } of take.windows) args.push(max, perMs * 1_000)
  args.push(take.missing.length)
  for (const { member, ageUs } of take.missing) args.push(member, ageUs)
  return commands.takeRateLimit(take.key, ...args, ...take.disowned)
}

/** Removes an accepted call from its log. */
export async function removeFromRedis(commands: Redis | Cluster, key: string, member: string): Promise<void> {
  await commands.zrem(key, member)
}
