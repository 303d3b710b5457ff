-- Takes one of a number of seats, or keeps it.
-- KEYS: seats
-- ARGV: who, seats there are, milliseconds until the seat is free again by itself (0: never)
-- Returns 1 if there is a seat.
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
local seated = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not seated and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then
  return 0
end
local millis = tonumber(ARGV[3])
redis.call('ZADD', KEYS[1], millis == 0 and '+inf' or string.format('%.0f', now + millis), ARGV[1])
if millis > 0 then
  redis.call('PEXPIRE', KEYS[1], string.format('%.0f', millis))
end
return 1
