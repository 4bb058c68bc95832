-- Closes the open delta, if there is one, under its own name. Returns the names of all closed deltas, oldest first.
local call = redis.call
if call('EXISTS', 'ts:c:delta') == 1 then
  local id = call('HGET', 'ts:c:delta', 'id')
  call('RENAME', 'ts:c:delta', 'ts:c:delta:' .. id)
  call('RPUSH', 'ts:c:sealed', id)
end
return call('LRANGE', 'ts:c:sealed', 0, -1)
