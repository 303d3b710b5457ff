-- Gives a turn. If there is one that a worker may just be ending, there will be another one after that.
-- KEYS: stream, turns, again
-- ARGV: turn
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 1 then
  redis.call('SADD', KEYS[3], ARGV[1])
  return 0
end
redis.call('HSET', KEYS[2], ARGV[1], redis.call('XADD', KEYS[1], '*', 'turn', ARGV[1]))
return 1
