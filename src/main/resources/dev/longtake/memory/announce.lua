-- Tells a film that has not begun its place in the queue, if it moved.
-- KEYS: film, events
-- ARGV: channel of its news, events to keep, position
if redis.call('HGET', KEYS[1], 'state') ~= 'QUEUED' or redis.call('HGET', KEYS[1], 'position') == ARGV[3] then
  return 0
end
redis.call('HSET', KEYS[1], 'position', ARGV[3])
local body = '{"position":' .. ARGV[3] .. '}'
local before = redis.call('HGET', KEYS[1], 'event') or '0-0'
local id = redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], '*', 'type', 'queue', 'body', body)
redis.call('HSET', KEYS[1], 'event', id)
redis.call('PUBLISH', ARGV[1], before .. ' ' .. id .. ' queue ' .. body)
return 1
