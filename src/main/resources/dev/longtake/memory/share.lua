-- Reads a share link. One that is a mere string, from before links had terms, becomes one with the terms given.
-- KEYS: link
-- ARGV: (field, value)* of a link made now with the usual terms, but for its film
-- Returns fields and values in turn; nothing if there is no such link.
local kind = redis.call('TYPE', KEYS[1])['ok']
if kind == 'string' then
  local film = redis.call('GET', KEYS[1])
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'film', film, unpack(ARGV))
end
return redis.call('HGETALL', KEYS[1])
