-- Counts what readers searched for, each of a reader's once a day, and says how queries stand that enough have asked.
--
-- ARGV: 1 day  2 so many different readers make a query known  3 known queries of a day at most  4 others at most
--       5 a JSON list of {query, spelling, what is counted (1 readers, 2 unfound, 3 clicked), three bits of the filter}
-- Returns {query, spelling, readers, unfound, clicked} of each known query in it.
--
-- A Bloom filter knows who was counted: it errs by counting too few, so that a query is never known too early, and is as
-- large for a flood as for a day. A flood of made-up queries has the others forgotten, and they begin anew; those that
-- are known stay.
local TWO_DAYS = 2 * 86400
local LEAST, MOST_KNOWN, MOST_RARE = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local SPELLING, LEAD = 4, 5
local call = redis.call
local counted, rare, known = 'ts:c:searched:' .. ARGV[1], 'ts:c:rare-queries:' .. ARGV[1], 'ts:c:queries:' .. ARGV[1]

local function is_new(bits)
  local new = false
  for index = 4, 6 do
    if call('SETBIT', counted, bits[index], 1) == 0 then new = true end
  end
  return new
end

-- The majority's spelling, if there is one (Boyer and Moore's vote).
local function vote(record, spelling)
  if record[SPELLING] == spelling then
    record[LEAD] = record[LEAD] + 1
  elseif record[LEAD] == 0 then
    record[SPELLING], record[LEAD] = spelling, 1
  else
    record[LEAD] = record[LEAD] - 1
  end
end

local queries = {}
for _, one in ipairs(cjson.decode(ARGV[5])) do
  local query, what = one[1], one[3]
  queries[query] = true
  if is_new(one) then
    local record = call('HGET', known, query)
    local is_known = record
    record = record or call('HGET', rare, query)
    local is_there = record
    record = record and cmsgpack.unpack(record) or {0, 0, 0, '', 0}
    record[what] = record[what] + 1
    if what == 1 then vote(record, one[2]) end
    if is_known or (record[1] >= LEAST and call('HLEN', known) < MOST_KNOWN) then
      call('HDEL', rare, query)
      call('HSET', known, query, cmsgpack.pack(record))
    else
      if not is_there and call('HLEN', rare) >= MOST_RARE then call('UNLINK', rare) end
      call('HSET', rare, query, cmsgpack.pack(record))
    end
  end
end
for _, key in ipairs({counted, rare, known}) do call('EXPIRE', key, TWO_DAYS) end

local told = {}
for query in pairs(queries) do
  local record = call('HGET', known, query)
  if record then
    record = cmsgpack.unpack(record)
    told[#told + 1] = {query, record[SPELLING], record[1], record[2], record[3]}
  end
end
return told
