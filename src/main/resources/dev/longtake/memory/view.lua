-- Counts a visitor of a share link, if it is there.
-- KEYS: link, views
-- ARGV: what tells the visitor from others; a sketch keeps it, from which it can't be read again
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('PFADD', KEYS[2], ARGV[1])
end
return 0
