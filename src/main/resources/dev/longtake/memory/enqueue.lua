-- Gives a film a turn. If it has one that a worker may just be ending, it gets another one after that.
-- KEYS: stream, turns, again
-- ARGV: film
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 1 then
  redis.call('SADD', KEYS[3], ARGV[1])
  return 0
end
redis.call('HSET', KEYS[2], ARGV[1], redis.call('XADD', KEYS[1], '*', 'film', ARGV[1]))
return 1
