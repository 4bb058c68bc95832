-- Takes back views that were judged made up, once. Everything or nothing, like apply.lua, and on the same way to SQL: they
-- are taken off the open delta.
--
-- ARGV: 1 producer (of the day's takings back)  2 seconds to remember it  3 now (unix)  4 half hour  5 reason
--       6 shard (2 bytes) and field (7) of each view
-- Returns {taken back, 1 if this Redis has forgotten a taking back that SQL holds}.
-- A taking back has the name of a batch. Its number is free here and taken in SQL where this Redis came back older than
-- it was: then what it holds of earlier views may be taken back already, and none of them is judged any more.
local WINDOW, HOUR, DAY, VIETNAM = 1800, 3600, 86400, 25200
local NUMBERS = 65536
local call, floor = redis.call, math.floor
local now, window = tonumber(ARGV[3]), tonumber(ARGV[4])

local applied, next_number = 'ts:c:applied:' .. ARGV[1], 'ts:c:taken:' .. ARGV[1]
local number = call('INCR', next_number) - 1
call('EXPIRE', next_number, 2 * DAY)
if number >= NUMBERS then return {0, 0} end
if call('SETBIT', applied, number, 1) == 1 then
  call('SET', next_number, call('BITPOS', applied, 0), 'EX', 2 * DAY)
  call('SET', 'ts:c:judged-from', now, 'EX', 4 * WINDOW)
  return {0, 1}
end
call('EXPIRE', applied, ARGV[2])

local delta, prefix, taken = 'ts:c:delta', 'ts:c:seen:' .. window .. ':', 0
for position = 1, #ARGV[6], 9 do
  local key, field = prefix .. ARGV[6]:sub(position, position + 1), ARGV[6]:sub(position + 2, position + 8)
  local value = call('HGET', key, field)
  if value and #value >= 23 and value:byte(4) == 0 then
    local second, _, _, article = struct.unpack('<I2BBI4', value)
    local time, domain = window * WINDOW + second, value:sub(24)
    -- It stays known, so that the same visitor does not count again in its half hour.
    call('HSET', key, field, value:sub(1, 3) .. '\1' .. value:sub(5))
    call('HINCRBY', delta, string.format('v:%d:%d', article, floor(time / 300)), -1)
    if domain ~= '' then
      call('HINCRBY', delta, string.format('r:%d:%d:', article, floor((time + VIETNAM) / DAY)) .. domain, -1)
    end
    taken = taken + 1
  end
end
if taken > 0 then call('HINCRBY', delta, 'x:' .. floor(now / HOUR) .. ':' .. ARGV[5], taken) end

local name = ARGV[1] .. '-' .. number
call('HSETNX', delta, 'id', name)
call('SADD', 'ts:c:batches:' .. call('HGET', delta, 'id'), name)
return {taken, 0}
