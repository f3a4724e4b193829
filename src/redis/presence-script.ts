import type { Cluster, Redis, Result } from 'ioredis'

/** The presence of one person in Redis: user id, status, and the milliseconds of the last change. '' means unknown. */
export type PresenceRow = [userId: string, status: string, changedAt: string]
/** A presence change in Redis: company, user, new status, and its time in milliseconds. */
export type PresenceChangeRow = [companyId: string, userId: string, status: string, changedAt: string]

/** The states read, the changes made, and for a sweep the life of Redis in which it ran. */
export type PresenceAnswer = [rows: PresenceRow[], changes: PresenceChangeRow[], life: string]

/** The settings of every call. Times are in milliseconds. */
export interface PresenceSettings {
  readonly keyPrefix: string
  /** The time to use instead of Redis's own clock, for tests. */
  readonly now: number | undefined
  readonly idleness: number
  readonly memory: number
}

declare module 'ioredis' {
  interface RedisCommander<Context> {
    presence(dueKey: string, ...args: (string | number)[]): Result<PresenceAnswer, Context>
  }
}

/**
 * A person is a hash with status, changedAt and activeAt; a field per device with its status, its end, and the end of
 * its last heartbeat; and a field per process with open sockets of a session. Each company has a sorted set of the
 * people who are not offline, by the time at which their status may change by itself. All companies share a sorted set
 * of the times at which to check each of them. All keys expire. The process that sweeps first announces a change. A
 * life of Redis ends when it loses its data.
 */
const LUA = `
local dueKey, prefix, now = KEYS[1], ARGV[1], tonumber(ARGV[2])
local idleness, memory, op = tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local rows, changes, life = {}, {}, ''
local function whole(number) return string.format('%.0f', number) end
local function peopleKey(company) return prefix .. company .. ':due' end
local function personKey(company, user) return prefix .. company .. ':' .. user end

local function readPerson(key)
  local person = { status = 'OFFLINE', changedAt = '', activeAt = 0, devices = {}, sockets = {} }
  local fields = redis.call('HGETALL', key)
  for at = 1, #fields, 2 do
    local name, value = fields[at], fields[at + 1]
    if name == 'status' or name == 'changedAt' then person[name] = value
    elseif name == 'activeAt' then person.activeAt = tonumber(value)
    elseif string.sub(name, 1, 7) == 'socket:' then person.sockets[name] = tonumber(value)
    else
      local status, ends, said = string.match(value, '^(%u+) (%d+) (%d+)$')
      person.devices[name] = { status = status, ends = tonumber(ends), said = tonumber(said) }
    end
  end
  return person
end

local function put(key, name, device)
  redis.call('HSET', key, name, device.status .. ' ' .. whole(device.ends) .. ' ' .. whole(device.said))
end

local function act(key, person, at)
  if at == person.activeAt then return end
  person.activeAt = at
  redis.call('HSET', key, 'activeAt', whole(at))
end

local function isHeld(person, session)
  local prefix = 'socket:' .. session .. ':'
  for name, ends in pairs(person.sockets) do
    if ends > now and string.sub(name, 1, #prefix) == prefix then return true end
  end
  return false
end

local function keep(key) redis.call('PEXPIRE', key, whole(memory)) end

local function settle(company, user, person)
  local key, isOnline, isThere, due, last = personKey(company, user), false, false, nil, now
  for name, device in pairs(person.devices) do
    if device.said <= now then redis.call('HDEL', key, name)
    elseif device.status ~= 'OFFLINE' and device.ends > now then
      isThere, isOnline = true, isOnline or device.status == 'ONLINE'
      due, last = math.min(due or device.ends, device.ends), math.max(last, device.ends)
    end
  end
  local status = isThere and 'AWAY' or 'OFFLINE'
  if isOnline and now < person.activeAt + idleness then
    status, due = 'ONLINE', math.min(due, person.activeAt + idleness)
  end
  if status ~= person.status then
    -- No two changes of a person have the same time, so that announcements of two processes can be put in order.
    person.changedAt = whole(math.max(now, (tonumber(person.changedAt) or 0) + 1))
    changes[#changes + 1] = { company, user, status, person.changedAt }
    redis.call('HSET', key, 'status', status, 'changedAt', person.changedAt)
  end
  redis.call('PEXPIRE', key, whole(last - now + memory))
  if due then
    redis.call('ZADD', peopleKey(company), whole(due), user)
    local first = redis.call('ZSCORE', dueKey, company)
    if not first or due < tonumber(first) then redis.call('ZADD', dueKey, whole(due), company) end
    -- While somebody is not offline, sweeping renews the expiry of the two sets.
    if status ~= person.status then keep(peopleKey(company)) keep(dueKey) end
  else
    redis.call('ZREM', peopleKey(company), user)
  end
  rows[#rows + 1] = { user, status, person.changedAt }
end

-- Nobody changes before the due time, and everybody who is not offline has one.
local function look(company, user)
  local due = redis.call('ZSCORE', peopleKey(company), user)
  if due and tonumber(due) <= now then return settle(company, user, readPerson(personKey(company, user))) end
  local found = redis.call('HMGET', personKey(company, user), 'status', 'changedAt')
  rows[#rows + 1] = { user, found[1] or 'OFFLINE', found[2] or '' }
end

local company, user = ARGV[6], ARGV[7]
if op == 'beat' then
  local key = personKey(company, user)
  local person, name, status = readPerson(key), 'device:' .. ARGV[8], ARGV[9]
  local known = person.devices[name]
  -- A device that has left is kept as ended, so that no process writes an earlier heartbeat of it again.
  person.devices[name] = { status = status, ends = now + ARGV[10], said = now + ARGV[10] }
  put(key, name, person.devices[name])
  if status == 'ONLINE' and not (known and known.status == 'ONLINE' and known.ends > now) then
    act(key, person, now)
  end
  settle(company, user, person)
elseif op == 'tell' then
  local key = personKey(company, user)
  local person, name = readPerson(key), 'device:' .. ARGV[8]
  local known, said = person.devices[name], now + ARGV[11]
  if not known or known.said <= said then
    local ends = now + ARGV[10]
    -- The writing process knows its own sockets only. If the heartbeat is known here, another process may have reported
    -- an earlier end of it.
    if isHeld(person, ARGV[8]) then ends = said
    elseif known and said - known.said < 1000 then ends = math.min(ends, known.ends) end
    person.devices[name] = { status = ARGV[9], ends = ends, said = said }
    put(key, name, person.devices[name])
  end
  act(key, person, math.max(person.activeAt, now - ARGV[12]))
  settle(company, user, person)
elseif op == 'attach' then
  local key, session = personKey(company, user), 'device:' .. ARGV[8]
  local person = readPerson(key)
  redis.call('HSET', key, 'socket:' .. ARGV[8] .. ':' .. ARGV[9], whole(now + memory))
  local device = person.devices[session]
  if device and device.said > now and device.ends < device.said and (ARGV[10] == '1' or device.ends > now) then
    device.ends = device.said
    put(key, session, device)
  end
  settle(company, user, person)
elseif op == 'leave' then
  local key, session = personKey(company, user), ARGV[9]
  local person = readPerson(key)
  local leaving = { 'device:' .. ARGV[8] }
  if session ~= '' then
    local own = 'socket:' .. session .. ':' .. ARGV[10]
    for name, ends in pairs(person.sockets) do
      if name == own or ends <= now then redis.call('HDEL', key, name) end
    end
    person.sockets[own] = nil
    if not isHeld(person, session) then leaving[2] = 'device:' .. session end
  end
  for _, name in ipairs(leaving) do
    local device = person.devices[name]
    if device and device.ends > now + ARGV[11] and device.said <= now + ARGV[12] then
      device.ends = now + ARGV[11]
      put(key, name, device)
    end
  end
  if next(person.devices) then settle(company, user, person) end
elseif op == 'record_activity' then
  local key = personKey(company, user)
  local person = readPerson(key)
  if next(person.devices) then
    act(key, person, now)
    settle(company, user, person)
  end
elseif op == 'read' then
  for at = 7, #ARGV do look(company, ARGV[at]) end
elseif op == 'present' then
  for _, each in ipairs(redis.call('ZRANGE', peopleKey(company), 0, ARGV[7] - 1)) do look(company, each) end
elseif op == 'probe' then
  redis.call('SET', prefix .. 'probe', now, 'PX', 1000)
elseif op == 'sweep' then
  life = redis.call('GET', prefix .. 'life')
  if not life then
    life = ARGV[7]
    redis.call('SET', prefix .. 'life', life)
  end
  keep(prefix .. 'life')
  local left = tonumber(ARGV[6])
  for _, each in ipairs(redis.call('ZRANGEBYSCORE', dueKey, '-inf', whole(now), 'LIMIT', 0, left)) do
    if left <= 0 then break end
    local due = redis.call('ZRANGEBYSCORE', peopleKey(each), '-inf', whole(now), 'LIMIT', 0, left)
    for _, person in ipairs(due) do settle(each, person, readPerson(personKey(each, person))) end
    left = left - #due - 1
    local first = redis.call('ZRANGE', peopleKey(each), 0, 0, 'WITHSCORES')
    if first[2] then
      redis.call('ZADD', dueKey, first[2], each)
      keep(peopleKey(each))
      keep(dueKey)
    else
      redis.call('ZREM', dueKey, each)
    end
  end
end
return { rows, changes, life }
`

/** The command that presence adds to a Redis client. */
export const presenceScript = { presence: { lua: LUA, numberOfKeys: 1 } }

/** Runs one step of presence atomically. `step` is its name and its arguments. */
export function presenceInRedis(
  commands: Redis | Cluster,
  { keyPrefix, now, idleness, memory }: PresenceSettings,
  ...step: (string | number)[]
): Promise<PresenceAnswer> {
  return commands.presence(`${keyPrefix}due`, keyPrefix, now ?? '', idleness, memory, ...step)
}
