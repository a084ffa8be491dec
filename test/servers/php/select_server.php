<?php
// An echo server: one loop around stream_select(), an object for every connection.
//
// php select_server.php [--port N] [--host ADDR] [--fault NAME] [--every K] [--bytes N] [--at K] [--list-faults]

declare(strict_types=1);

const FAULTS = [
    'no-close', // after the client has gone, every Kth socket stays; PHP does not tell how it went
    'memory', // keeps --bytes bytes for every Kth connection
    'graph', // keeps a session of some 10 KiB in many small objects for every Kth connection
    'child-stays', // every Kth connection forks a child that waits for ever
    'file', // opens a file on every Kth connection and keeps it
    'crash', // an exception that nobody catches on connection --at K: exit status 255
];

final class Visit
{
    public function __construct(public int $at, public string $path, public ?Visit $previous)
    {
    }
}

final class Client
{
    public string $pending = '';

    /** @param resource $socket */
    public function __construct(public $socket, public string $id, public string $strike)
    {
    }
}

final class Server
{
    /** @var array<int, Client> */
    private array $clients = [];
    /** @var array<string, mixed> */
    private array $kept = [];
    /** @var resource */
    private $listener;

    /** @param array<string, string> $options */
    public function __construct(private array $options)
    {
        $this->listener = $this->listen();
    }

    public function run(): void
    {
        $name = (string) stream_socket_get_name($this->listener, false);
        echo 'ready ', substr($name, strrpos($name, ':') + 1), ' ', getmypid(), "\n";
        for ($number = 0;;) {
            $readable = [$this->listener, ...array_map(fn (Client $client) => $client->socket, array_values($this->clients))];
            $none = null;
            if (stream_select($readable, $none, $none, null) === false) {
                continue;
            }
            foreach ($readable as $socket) {
                if ($socket === $this->listener) {
                    $this->accept(++$number);
                } else {
                    $this->serve($this->clients[(int) $socket]);
                }
            }
        }
    }

    private function accept(int $number): void
    {
        $socket = @stream_socket_accept($this->listener, 0, $peer);
        if ($socket === false) {
            return;
        }
        stream_set_blocking($socket, false);
        $strike = $number % (int) $this->options['every'] === 0 ? $this->options['fault'] : '';
        $id = "$peer#$number";
        switch ($strike) {
            case 'memory':
                $this->kept[$id] = random_bytes((int) $this->options['bytes']);
                break;
            case 'graph':
                $this->kept[$id] = $this->sessionOf($id);
                break;
            case 'file':
                $this->kept[$id] = fopen('/etc/passwd', 'r');
                break;
            case 'child-stays':
                $this->forkOne($socket);
                break;
            case 'crash':
                if ($number >= (int) $this->options['at']) {
                    throw new RuntimeException("crash on connection $number");
                }
        }
        $this->clients[(int) $socket] = new Client($socket, $id, $strike);
    }

    private function serve(Client $client): void
    {
        $data = @fread($client->socket, 65536);
        if ($data === false || ($data === '' && feof($client->socket))) {
            $this->finish($client);
            return;
        }
        $client->pending .= $data;
        $written = @fwrite($client->socket, $client->pending);
        if ($written === false) {
            $this->finish($client);
            return;
        }
        $client->pending = substr($client->pending, $written);
    }

    private function finish(Client $client): void
    {
        unset($this->clients[(int) $client->socket]);
        if ($client->strike === 'no-close') {
            $this->kept[$client->id] = $client->socket;
        } else {
            fclose($client->socket);
        }
    }

    /** @return array<string, mixed> */
    private function sessionOf(string $id): array
    {
        $session = ['id' => $id, 'headers' => [], 'visits' => []];
        for ($i = 0; $i < 20; $i++) {
            $session['headers']["x-header-$i"] = "value $i of connection $id";
        }
        $last = null;
        for ($i = 0; $i < 34; $i++) {
            $last = new Visit(time(), "/articles/$i?from=$id", $last);
            $session['visits'][] = $last;
        }
        return $session;
    }

    /**
     * The child must not be accused of what it inherited: it keeps nothing but itself.
     *
     * @param resource $socket
     */
    private function forkOne($socket): void
    {
        if (pcntl_fork() !== 0) {
            return;
        }
        fclose($this->listener);
        fclose($socket);
        foreach ($this->clients as $client) {
            fclose($client->socket);
        }
        for (;;) {
            sleep(3600);
        }
    }

    /**
     * On the wanted port, or on a free one below the ephemeral range, where no client's local port can collide with it.
     *
     * @return resource
     */
    private function listen()
    {
        $port = (int) $this->options['port'];
        $firstEphemeral = (int) file_get_contents('/proc/sys/net/ipv4/ip_local_port_range');
        $context = stream_context_create(['socket' => ['backlog' => 128]]);
        for ($attempt = 0; $attempt < 100; $attempt++) {
            $address = "tcp://{$this->options['host']}:" . ($port ?: random_int(10_000, $firstEphemeral - 1));
            $listener = @stream_socket_server($address, $code, $text, STREAM_SERVER_BIND | STREAM_SERVER_LISTEN, $context);
            if ($listener !== false) {
                stream_set_blocking($listener, false);
                return $listener;
            }
            if ($port !== 0) {
                break;
            }
        }
        throw new RuntimeException('no free port found');
    }
}

$options = getopt('', ['port:', 'host:', 'fault:', 'every:', 'bytes:', 'at:', 'list-faults']);
if (isset($options['list-faults'])) {
    echo implode("\n", FAULTS), "\n";
    exit(0);
}
$options += ['port' => '0', 'host' => '127.0.0.1', 'fault' => '', 'every' => '1', 'bytes' => '1024', 'at' => '1'];
if ($options['fault'] !== '' && !in_array($options['fault'], FAULTS, true)) {
    fwrite(STDERR, "no fault {$options['fault']} here; there are: " . implode(', ', FAULTS) . "\n");
    exit(2);
}
(new Server($options))->run();
