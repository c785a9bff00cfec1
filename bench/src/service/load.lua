-- What wrk asks: the lines of a file in turn, each a bearer token (get) or a body (post), or a refresh token that is used once,
-- whose successor the answer brings (rotate).
--
--   wrk … -s load.lua http://127.0.0.1:8000/path -- get|post|rotate FILE THREADS

local started = 0

function setup(thread)
    thread:set("number", started)
    started = started + 1
end

function init(args)
    local how, file, threads = args[1], args[2], tonumber(args[3])
    local lines, count = {}, 0
    for line in io.lines(file) do
        -- Each thread has lines of its own: a token that rotates is good once.
        if how ~= "rotate" or count % threads == number then
            lines[#lines + 1] = line
        end
        count = count + 1
    end
    if how == "rotate" then
        rotate(lines)
    else
        repeat_all(how, lines)
    end
end

function repeat_all(how, lines)
    local requests, next = {}, 0
    for index, line in ipairs(lines) do
        if how == "get" then
            requests[index] = wrk.format("GET", nil, { ["Authorization"] = "Bearer " .. line })
        else
            requests[index] = wrk.format("POST", nil, { ["Content-Type"] = "application/json" }, line)
        end
    end
    request = function()
        next = next % #requests + 1
        return requests[next]
    end
end

function rotate(lines)
    local tokens, first, last = lines, 1, #lines
    local headers = { ["Content-Type"] = "application/json" }
    request = function()
        local token = tokens[first] or "none is left"
        tokens[first] = nil
        first = first + 1
        return wrk.format("POST", nil, headers, '{"refresh":"' .. token .. '"}')
    end
    response = function(status, headers, body)
        local successor = body:match('"refresh"%s*:%s*"([^"]+)"')
        if status == 200 and successor then
            last = last + 1
            tokens[last] = successor
        end
    end
end

-- How many were answered, in how many microseconds, the 99th percentile of those, what was no 2xx, what was no answer.
function done(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format(
        "measured %d %d %d %d %d\n",
        summary.requests,
        summary.duration,
        latency:percentile(99),
        errors.status,
        errors.connect + errors.read + errors.write + errors.timeout
    ))
end
