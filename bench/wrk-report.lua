-- Makes wrk end with one line that a program reads: exact numbers instead of rounded ones.
done = function(summary)
  local e = summary.errors
  io.write(string.format('\nREPORT {"requests":%d,"bytes":%d,"microseconds":%d,"refused":%d,"broken":%d}\n',
    summary.requests, summary.bytes, summary.duration, e.status, e.connect + e.read + e.write + e.timeout))
end
