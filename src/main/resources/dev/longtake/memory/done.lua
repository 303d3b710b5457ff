-- Ends a turn; another one is put at the end of the queue if it is needed. Harmless if the turn was ended before.
-- KEYS: stream, turns, again
-- ARGV: group, entry, turn, 1 if another one is needed
redis.call('XACK', KEYS[1], ARGV[1], ARGV[2])
redis.call('XDEL', KEYS[1], ARGV[2])
if redis.call('HGET', KEYS[2], ARGV[3]) ~= ARGV[2] then
  return 0
end
local again = redis.call('SREM', KEYS[3], ARGV[3])
if ARGV[4] == '1' or again == 1 then
  redis.call('HSET', KEYS[2], ARGV[3], redis.call('XADD', KEYS[1], '*', 'turn', ARGV[3]))
  return 1
end
redis.call('HDEL', KEYS[2], ARGV[3])
return 0
