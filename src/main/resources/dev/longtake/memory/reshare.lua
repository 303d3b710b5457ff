-- Gives a share link other terms, if it is there.
-- KEYS: link
-- ARGV: channel of its news, (field, value)*
-- Returns 1, or 0 if there is no such link.
if redis.call('EXISTS', KEYS[1]) == 0 then
  return 0
end
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
redis.call('PUBLISH', ARGV[1], 'changed')
return 1
