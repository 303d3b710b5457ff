-- Changes a film if nobody changed it since it was read.
-- KEYS: film, events, snapshots, segments, media, shares, enhanced
-- ARGV: expected version ('' for a new film), channel of its news, events to keep,
--       number of fields, (field, value)*,
--       number of things to forget, (index in KEYS, field or '' for all)*,
--       number of blobs, (index in KEYS, field, value)*,
--       number of events, (type, body)*
-- Returns 1, or 0 if the film has another version.
if (redis.call('HGET', KEYS[1], 'version') or '') ~= ARGV[1] then
  return 0
end
local at = 3
local function take()
  at = at + 1
  return ARGV[at]
end
for _ = 1, tonumber(take()) do
  local field = take()
  redis.call('HSET', KEYS[1], field, take())
end
for _ = 1, tonumber(take()) do
  local key = KEYS[tonumber(take())]
  local field = take()
  if field == '' then
    redis.call('UNLINK', key)
  else
    redis.call('HDEL', key, field)
  end
end
for _ = 1, tonumber(take()) do
  local key = KEYS[tonumber(take())]
  local field = take()
  redis.call('HSET', key, field, take())
end
for _ = 1, tonumber(take()) do
  local type = take()
  local body = take()
  local before = redis.call('HGET', KEYS[1], 'event') or '0-0'
  local id = redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[3], '*', 'type', type, 'body', body)
  redis.call('HSET', KEYS[1], 'event', id)
  redis.call('PUBLISH', ARGV[2], before .. ' ' .. id .. ' ' .. type .. ' ' .. body)
end
return 1
