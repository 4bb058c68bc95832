-- Applies one batch of views, once. Everything or nothing: Redis runs a script as one step and logs it as one.
--
-- ARGV: 1 producer  2 batch number  3 seconds to remember the producer  4 now (unix)  5 time of the oldest view
--       6 records  7 1 if the records carry yesterday's keys
--       8 JSON: {cells: [field in the delta, day, article, ...], sources: [field in the delta without the domain, day,
--         domain, ...], readers: [[day, slot, [visitor, ...]], ...], refused: [reason, number, ...]}
-- A cell is (article, slot of five minutes). A record: cell u16, source u16 (0: none), time u32, shard 2 bytes, field
-- 7 bytes, visitor 15 bytes (zeros where it is not to be judged by), and if so said yesterday's shard and field. Shard
-- and field are a hash of article and visitor.
-- What is kept of a view for half an hour, under its shard and field: the second within the half hour; or, of one that
-- may be judged, all that it takes to take it back: second u16, beacons u8, 1 if taken back u8, article u32, visitor
-- 15 bytes, domain of the referrer (see take_back.lua).
-- Returns {applied 0/1, counted, repeated}.
-- What can be made outside is made outside: inside, turning numbers into texts costs as much as the commands.
local WINDOW, HOUR, DAY = 1800, 3600, 86400
-- Unique readers of an article are estimated from this many views a day on; below, views are the estimate.
local SKETCH_OVER = 32
local DOMAINS_A_DAY = 5000
-- A delta with more fields than this is closed, so that no drain has to hold much more at once.
local MOST_FIELDS = 20000

local call, floor, pack, unpack_record = redis.call, math.floor, struct.pack, struct.unpack
local NOBODY = string.rep('\0', 15)
-- Hashes stay packed as long as no value is longer than 64 bytes; what came from a longer domain keeps its source.
local LONGEST_DOMAIN = 40
local now = tonumber(ARGV[4])
local more = cjson.decode(ARGV[8])

local function add_to_sketch(sketch, members)
  for first = 1, #members, 1000 do
    call('PFADD', sketch, unpack(members, first, math.min(first + 999, #members)))
  end
end

local applied = 'ts:c:applied:' .. ARGV[1]
if call('SETBIT', applied, ARGV[2], 1) == 1 then return {0, 0, 0} end
call('EXPIRE', applied, ARGV[3])

local prefixes = {}
local function prefix(window)
  local made = prefixes[window]
  if not made then
    made = 'ts:c:seen:' .. window .. ':'
    prefixes[window] = made
  end
  return made
end

local function seen_within(window, shard, field, time)
  local value = call('HGET', prefix(window) .. shard, field)
  if not value then return false end
  local is_record = #value > 4
  local second = is_record and unpack_record('<I2', value) or tonumber(value)
  if math.abs(time - (window * WINDOW + second)) >= WINDOW then return false end
  if is_record then
    -- How many beacons a browser's name brings tells a crowd from names that were made up.
    local beacons = value:byte(3)
    if beacons < 255 then
      call('HSET', prefix(window) .. shard, field, value:sub(1, 2) .. string.char(beacons + 1) .. value:sub(4))
    end
  end
  return true
end

local this_window = floor(now / WINDOW)
local function seen(window, shard, field, time)
  return seen_within(window, shard, field, time)
    or seen_within(window - 1, shard, field, time)
    -- A view that comes late can stand before one that is counted already.
    or (window < this_window and seen_within(window + 1, shard, field, time))
end

local sources, domains = more.sources, {}
local function domain_of(source)
  local domain = domains[source]
  if domain then return domain end
  local at = source * 3 - 2
  local list = 'ts:c:domains:' .. sources[at + 1]
  domain = sources[at + 2]
  if call('SISMEMBER', list, domain) == 0 then
    if call('SCARD', list) < DOMAINS_A_DAY then
      call('SADD', list, domain)
      call('EXPIRE', list, 2 * DAY)
    else
      domain = '*'
    end
  end
  domains[source] = domain
  return domain
end

local cells = more.cells
local function value_of(second, cell, source, visitor)
  if visitor == NOBODY then return second end
  local domain = source > 0 and domain_of(source) or ''
  if #domain > LONGEST_DOMAIN then domain = '' end
  return pack('<I2BBI4c15', second, 1, 0, tonumber(cells[cell * 3]), visitor) .. domain
end

local records, with_old = ARGV[6], ARGV[7] == '1'
local counted, repeated = 0, 0
local cell_views, cell_fields, source_views, windows = {}, {}, {}, {}
local position = 1
while position <= #records do
  local cell, source, time, shard, field, visitor, old_shard, old_field
  cell, source, time, shard, field, visitor, position = unpack_record('<I2I2I4c2c7c15', records, position)
  if with_old then old_shard, old_field, position = unpack_record('<c2c7', records, position) end
  local window = floor(time / WINDOW)
  if seen(window, shard, field, time) or (with_old and seen(window, old_shard, old_field, time)) then
    repeated = repeated + 1
  else
    call('HSET', prefix(window) .. shard, field, value_of(time - window * WINDOW, cell, source, visitor))
    windows[window] = true
    counted = counted + 1
    cell_views[cell] = (cell_views[cell] or 0) + 1
    local fields = cell_fields[cell]
    if fields then fields[#fields + 1] = field else cell_fields[cell] = {field} end
    if source > 0 then source_views[source] = (source_views[source] or 0) + 1 end
  end
end
-- The half hours that hold anything: hot.py deletes their shards when they are over.
for window in pairs(windows) do call('SADD', 'ts:c:windows', window) end

local delta = 'ts:c:delta'
local days = {}
for cell, number in pairs(cell_views) do
  local at = cell * 3 - 2
  local day, article = cells[at + 1], cells[at + 2]
  days[day] = true
  call('HINCRBY', delta, cells[at], number)
  local of_day = call('HINCRBY', 'ts:c:day:' .. day .. ':' .. (article % 4096), article, number)
  if of_day > SKETCH_OVER then
    add_to_sketch('ts:c:unique:' .. day .. ':' .. article, cell_fields[cell])
    if of_day - number <= SKETCH_OVER then call('SADD', 'ts:c:uniques:' .. day, article) end
  end
end
for day in pairs(days) do call('SADD', 'ts:c:days', day) end

for source, number in pairs(source_views) do call('HINCRBY', delta, sources[source * 3 - 2] .. domain_of(source), number) end

-- Readers of the whole paper: of the day, and of the last minutes.
for _, group in ipairs(more.readers) do
  local of_day, of_slot = 'ts:c:readers:' .. group[1], 'ts:c:live:' .. group[2]
  add_to_sketch(of_day, group[3])
  add_to_sketch(of_slot, group[3])
  call('EXPIRE', of_day, 3 * DAY)
  call('EXPIRE', of_slot, HOUR)
end

local hour = 'x:' .. floor(now / HOUR) .. ':'
local refused = more.refused
for index = 1, #refused, 2 do call('HINCRBY', delta, hour .. refused[index], refused[index + 1]) end
if repeated > 0 then call('HINCRBY', delta, hour .. 'repeated', repeated) end

-- The batch that opens a delta names it: a name that no other delta can ever get. Its batches are noted beside it,
-- so that SQL knows which ones it holds whatever this Redis forgets.
local name = ARGV[1] .. '-' .. ARGV[2]
call('HSETNX', delta, 'id', name)
local id = call('HGET', delta, 'id')
local batches = 'ts:c:batches:' .. id
call('SADD', batches, name)
if counted > 0 then
  local known = call('HGET', delta, 'oldest')
  if not known or tonumber(ARGV[5]) < tonumber(known) then call('HSET', delta, 'oldest', ARGV[5]) end
end
if call('HLEN', delta) > MOST_FIELDS or call('SCARD', batches) > MOST_FIELDS then
  call('RENAME', delta, delta .. ':' .. id)
  call('RPUSH', 'ts:c:sealed', id)
end
return {1, counted, repeated}
