# An echo server with a thread for every connection.
#
# ruby thread_server.rb [--port N] [--host ADDR] [--fault NAME] [--every K] [--bytes N] [--at K] [--list-faults]
require 'optparse'
require 'socket'

FAULTS = {
  'no-close' => 'after the client has closed, every Kth socket stays in CLOSE_WAIT',
  'no-close-rst' => 'after the client has reset, every Kth socket stays, in no table',
  'memory' => 'keeps --bytes bytes for every Kth connection',
  'graph' => 'keeps a session of some 10 KiB in many small objects for every Kth connection',
  'thread-stays' => 'every Kth connection is closed, but its thread waits for ever',
  'child-stays' => 'every Kth connection forks a child that waits for ever',
  'file' => 'opens a file on every Kth connection and keeps it',
  'crash' => 'aborts on connection --at K: SIGABRT'
}.freeze

Visit = Struct.new(:at, :path, :previous)
Session = Struct.new(:id, :headers, :visits)

def read_arguments
  options = { port: 0, host: '127.0.0.1', fault: nil, every: 1, bytes: 1024, at: 1 }
  OptionParser.new do |parser|
    parser.on('--port N', Integer)
    parser.on('--host ADDR')
    parser.on('--fault NAME', FAULTS.keys)
    parser.on('--every K', Integer)
    parser.on('--bytes N', Integer)
    parser.on('--at K', Integer)
    parser.on('--list-faults') do
      puts FAULTS.keys
      exit
    end
  end.parse!(into: options)
  options
end

# A free port below the ephemeral range, where no client's local port can collide with it.
def listen(host, port)
  return TCPServer.new(host, port) unless port.zero?

  first_ephemeral = File.read('/proc/sys/net/ipv4/ip_local_port_range').to_i
  100.times do
    return TCPServer.new(host, rand(10_000...first_ephemeral))
  rescue Errno::EADDRINUSE
    next
  end
  abort 'no free port found'
end

# Says false if the client has reset the connection.
def echo(socket)
  loop { socket.write(socket.readpartial(65_536)) }
rescue EOFError
  true
rescue SystemCallError
  false
end

def session_of(id)
  visits = []
  40.times { |i| visits << Visit.new(Time.now, "/articles/#{i}?from=#{id}", visits.last) }
  Session.new(id, (1..20).to_h { |i| ["x-header-#{i}", "value #{i} of connection #{id}"] }, visits)
end

def crash
  Process.setrlimit(Process::RLIMIT_CORE, 0)
  trap('ABRT', 'SYSTEM_DEFAULT')
  Process.kill('ABRT', Process.pid)
  sleep
end

OPTIONS = read_arguments
KEPT = {}
LOCK = Mutex.new

def keep(id, value)
  LOCK.synchronize { KEPT[id] = value }
end

def serve(socket, number, strike)
  id = "#{peer_of(socket)}##{number}"
  case strike
  when 'memory' then keep(id, Random.bytes(OPTIONS[:bytes]))
  when 'graph' then keep(id, session_of(id))
  when 'file' then keep(id, File.open('/etc/passwd'))
  end
  reset = !echo(socket)
  return keep(id, socket) if (strike == 'no-close' && !reset) || (strike == 'no-close-rst' && reset)

  socket.close
  sleep if strike == 'thread-stays'
end

def peer_of(socket)
  socket.remote_address.ip_unpack.join(':')
rescue SystemCallError
  'gone' # the client has reset before it could be asked for its address
end

# The child must not be accused of what it inherited: it keeps nothing but itself. Not every descriptor has an object: another
# thread may be about to close it.
def fork_one
  fork do
    Dir.children('/proc/self/fd').map(&:to_i).each do |descriptor|
      IO.for_fd(descriptor).close if descriptor > 2
    rescue SystemCallError, ArgumentError
      next # the folder itself, or one that belongs to Ruby
    end
    sleep
  end
end

server = listen(OPTIONS[:host], OPTIONS[:port])
server.listen(128)
$stdout.sync = true
puts "ready #{server.addr[1]} #{Process.pid}"
number = 0
loop do
  socket = server.accept
  number += 1
  strike = (number % OPTIONS[:every]).zero? ? OPTIONS[:fault] : nil
  crash if strike == 'crash' && number >= OPTIONS[:at]
  fork_one if strike == 'child-stays'
  Thread.new(socket, number, strike) { |*given| serve(*given) }
end
