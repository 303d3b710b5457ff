-- Takes one from a bucket that fills up again evenly (generic cell rate algorithm, after Redis's own clock).
-- KEYS: bucket
-- ARGV: microseconds that one costs, microseconds that the bucket holds
-- Returns 0, or the microseconds until there will be one.
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local empty = math.max(now, tonumber(redis.call('GET', KEYS[1]) or '0')) + tonumber(ARGV[1])
local wait = empty - tonumber(ARGV[2]) - now
if wait > 0 then
  return string.format('%.0f', wait)
end
redis.call('SET', KEYS[1], string.format('%.0f', empty), 'PX', string.format('%.0f', math.ceil((empty - now) / 1000)))
return '0'
