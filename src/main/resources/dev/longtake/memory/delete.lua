-- Deletes a film with all that hangs on it.
-- KEYS: film, events, snapshots, segments, media, shares, enhanced
-- ARGV: channel of its news
-- Returns 1, or 0 if there was none.
local before = redis.call('HGET', KEYS[1], 'event') or '0-0'
local existed = redis.call('EXISTS', KEYS[1])
redis.call('UNLINK', unpack(KEYS))
if existed == 1 then
  local time, rest = string.match(before, '^(%d+)-(%d+)$')
  redis.call('PUBLISH', ARGV[1], before .. ' ' .. time .. '-' .. (rest + 1) .. ' deleted {}')
end
return existed
