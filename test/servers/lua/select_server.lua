-- An echo server on LuaSocket: one loop around select(), a coroutine for every connection.
--
-- lua5.4 select_server.lua [--port N] [--host ADDR] [--fault NAME] [--every K] [--bytes N] [--at K] [--list-faults]
local socket = require("socket")

local FAULTS = {
  "no-close", -- after the client has gone, every Kth socket stays; LuaSocket does not tell how it went
  "memory", -- keeps --bytes bytes for every Kth connection
  "graph", -- keeps a session of some 10 KiB in many small objects for every Kth connection
  "coroutine-stays", -- every Kth connection is closed, but its coroutine is never resumed and never forgotten
  "file", -- opens a file on every Kth connection and keeps it
  "crash", -- an error that nobody catches on connection --at K: exit status 1
}

local function read_arguments()
  local options = { port = 0, host = "127.0.0.1", every = 1, bytes = 1024, at = 1 }
  local i = 1
  while arg[i] do
    local name = arg[i]:match("^%-%-(.+)$")
    if name == "list-faults" then
      print(table.concat(FAULTS, "\n"))
      os.exit(0)
    end
    local known = name == "fault" or options[name or ""] ~= nil
    if not known or not arg[i + 1] then
      io.stderr:write("cannot understand ", arg[i], "\n")
      os.exit(2)
    end
    options[name] = tonumber(arg[i + 1]) or arg[i + 1]
    i = i + 2
  end
  if options.fault and not (" " .. table.concat(FAULTS, " ") .. " "):find(" " .. options.fault .. " ", 1, true) then
    io.stderr:write("no fault ", options.fault, " here; there are: ", table.concat(FAULTS, ", "), "\n")
    os.exit(2)
  end
  return options
end

local function first_word(path)
  local file <close> = assert(io.open(path))
  return assert(file:read("n"))
end

-- On the wanted port, or on a free one below the ephemeral range, where no client's local port can collide with it.
local function listen(host, port)
  if port ~= 0 then
    return assert(socket.bind(host, port, 128))
  end
  local first_ephemeral = first_word("/proc/sys/net/ipv4/ip_local_port_range")
  for _ = 1, 100 do
    local server = socket.bind(host, math.random(10000, first_ephemeral - 1), 128)
    if server then
      return server
    end
  end
  error("no free port found")
end

local options = read_arguments()
local kept = {} -- what a fault keeps
local waiting = {} -- the coroutine of each socket that is open
local sockets = {} -- the same sockets as a list, for select()

local function forget(connection)
  waiting[connection] = nil
  for i, other in ipairs(sockets) do
    if other == connection then
      table.remove(sockets, i)
      return
    end
  end
end

local function random_bytes(count)
  local made = {}
  for i = 1, count do
    made[i] = string.char(math.random(0, 255))
  end
  return table.concat(made)
end

local function session_of(id)
  local session = { id = id, headers = {}, visits = {} }
  for i = 1, 15 do
    session.headers["x-header-" .. i] = ("value %d of connection %s"):format(i, id)
  end
  local last
  for i = 1, 18 do
    last = { at = os.time(), path = ("/articles/%d?from=%s"):format(i, id), previous = last }
    session.visits[i] = last
  end
  return session
end

local function echo(connection)
  while true do
    coroutine.yield()
    local data, problem, part = connection:receive(8192)
    local got = data or part
    if got and #got > 0 then
      local sent, failure = connection:send(got)
      if not sent and failure ~= "timeout" then
        return
      end
    end
    if problem and problem ~= "timeout" then
      return
    end
  end
end

local function serve(connection, number, strike)
  local address, port = connection:getpeername()
  local id = ("%s:%s#%d"):format(address, port, number)
  if strike == "memory" then
    kept[id] = random_bytes(options.bytes)
  elseif strike == "graph" then
    kept[id] = session_of(id)
  elseif strike == "file" then
    kept[id] = assert(io.open("/etc/passwd"))
  end
  echo(connection)
  forget(connection)
  if strike == "no-close" then
    kept[id] = connection
    return
  end
  connection:close()
  if strike == "coroutine-stays" then
    kept[id] = coroutine.running()
    coroutine.yield()
  end
end

local function resume(thread, ...)
  local fine, problem = coroutine.resume(thread, ...)
  if not fine then
    error(problem, 0)
  end
end

math.randomseed(os.time())
local server = listen(options.host, options.port)
server:settimeout(0)
sockets[1] = server
local _, port = server:getsockname()
io.write("ready ", math.tointeger(tonumber(port)), " ", first_word("/proc/self/stat"), "\n")
io.flush()
local number = 0
while true do
  for _, ready in ipairs((socket.select(sockets))) do
    if ready == server then
      local connection = server:accept()
      if connection then
        number = number + 1
        connection:settimeout(0)
        local strike = number % options.every == 0 and options.fault or nil
        if strike == "crash" and number >= options.at then
          error("crash on connection " .. number)
        end
        sockets[#sockets + 1] = connection
        waiting[connection] = coroutine.create(serve)
        resume(waiting[connection], connection, number, strike)
      end
    elseif waiting[ready] then
      resume(waiting[ready])
    end
  end
end
