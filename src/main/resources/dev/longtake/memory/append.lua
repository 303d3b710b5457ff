-- Adds an event to a film, unless it was deleted.
-- KEYS: film, events
-- ARGV: channel of its news, events to keep, type, body
if redis.call('EXISTS', KEYS[1]) == 0 then
  return 0
end
local before = redis.call('HGET', KEYS[1], 'event') or '0-0'
local id = redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], '*', 'type', ARGV[3], 'body', ARGV[4])
redis.call('HSET', KEYS[1], 'event', id)
if ARGV[3] == 'progress' or ARGV[3] == 'enhancing' then
  redis.call('HSET', KEYS[1], ARGV[3], ARGV[4])
end
redis.call('PUBLISH', ARGV[1], before .. ' ' .. id .. ' ' .. ARGV[3] .. ' ' .. ARGV[4])
return 1
