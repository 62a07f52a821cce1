-- Makes wrk end with one line that a program reads: exact numbers instead of rounded ones.
-- With arguments every request is of a tag at random, of all tags there are:
--   PATTERN TAGS                of one repository, e.g. /v2/a/manifests/tag-%06d 3000
--   PATTERN REPOSITORIES TAGS   of each of several, e.g. /v2/r-%05d/manifests/tag-%06d 200 1
function init(args)
  if #args == 0 then return end
  local one, in_one = args[1], tonumber(args[2])
  local many, repositories, each = args[3], tonumber(args[4]), tonumber(args[5])
  math.randomseed(os.time())
  request = function()
    local n = math.random(0, in_one + repositories * each - 1)
    if n < in_one then return wrk.format('GET', string.format(one, n)) end
    n = n - in_one
    return wrk.format('GET', string.format(many, math.floor(n / each), n % each))
  end
end

done = function(summary, latency)
  local e = summary.errors
  io.write(string.format('\nREPORT {"requests":%d,"bytes":%d,"microseconds":%d,"p99":%d,"refused":%d,"broken":%d}\n',
    summary.requests, summary.bytes, summary.duration, latency:percentile(99), e.status, e.connect + e.read + e.write + e.timeout))
end
