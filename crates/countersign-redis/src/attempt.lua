-- Counts an attempt in all of its buckets, or in none, where one has no room for it.
--
-- KEYS: where ARGV[1] is 1, the mark of the known pair; then the buckets. A bucket is the microsecond in which it is empty.
-- ARGV: for each bucket its interval and its period in microseconds, and 1 if a known pair does not count in it.
-- Returns for how many microseconds there is no room, and 1 if the pair is a known one.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local marks = tonumber(ARGV[1])
local known = marks == 1 and redis.call('EXISTS', KEYS[1]) == 1
local wait, filled = 0, {}
for i = marks + 1, #KEYS do
  local at = 3 * (i - marks) - 1
  local interval, period = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
  if not (known and ARGV[at + 2] == '1') then
    local brim = now + period
    local empty_at = tonumber(redis.call('GET', KEYS[i]) or now)
    filled[i] = math.min(math.max(empty_at, now), brim) + interval
    wait = math.max(wait, filled[i] - brim)
  end
end
if wait > 0 then
  return {wait, 0}
end
for i, empty_at in pairs(filled) do
  local lifetime = math.ceil((empty_at - now) / 1000)
  redis.call('SET', KEYS[i], string.format('%.0f', empty_at), 'PX', string.format('%.0f', lifetime))
end
return {0, known and 1 or 0}
