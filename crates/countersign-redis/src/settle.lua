-- Gives back what an attempt has counted.
--
-- KEYS: where ARGV[1] is not 0, the mark of the known pair, to be known for so many milliseconds; then the buckets.
-- ARGV: for each bucket what to give back in microseconds, or -1 for all that is in it.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local marks = 0
if ARGV[1] ~= '0' then
  marks = 1
  redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
end
for i = marks + 1, #KEYS do
  local back = tonumber(ARGV[i - marks + 1])
  local empty_at = tonumber(redis.call('GET', KEYS[i]) or now) - back
  if back < 0 or empty_at <= now then
    redis.call('DEL', KEYS[i])
  else
    local lifetime = math.ceil((empty_at - now) / 1000)
    redis.call('SET', KEYS[i], string.format('%.0f', empty_at), 'PX', string.format('%.0f', lifetime))
  end
end
return 1
