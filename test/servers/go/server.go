// An echo server with a goroutine for every connection.
//
//	go build -o server server.go && ./server [--port N] [--host ADDR] [--fault NAME] [--every K] [--bytes N] [--at K] [--list-faults]
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand"
	"net"
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"
)

var faults = []string{
	"no-close",        // after the client has closed, every Kth socket stays in CLOSE_WAIT
	"no-close-rst",    // after the client has reset, every Kth socket stays, in no table
	"memory",          // keeps --bytes bytes for every Kth connection
	"graph",           // keeps a session of some 10 KiB in many small objects for every Kth connection
	"goroutine-stays", // every Kth connection is closed, but its goroutine waits for ever
	"thread-stays",    // and with it the thread of the operating system that it has locked
	"file",            // opens a file on every Kth connection and keeps it
	"crash",           // panics on connection --at K: exit status 2
}

// What a server knows of a client; one that keeps it has forgotten to forget.
type session struct {
	id      string
	peer    string
	headers map[string]string
	visits  []*visit
}

type visit struct {
	at   time.Time
	path string
	next *visit
}

var (
	host  = flag.String("host", "127.0.0.1", "")
	port  = flag.Int("port", 0, "")
	fault = flag.String("fault", "", "")
	every = flag.Int("every", 1, "")
	bytes = flag.Int("bytes", 1024, "")
	at    = flag.Int("at", 1, "")
	list  = flag.Bool("list-faults", false, "")

	mutex sync.Mutex
	kept  = map[string]any{}
)

func main() {
	rand.Seed(time.Now().UnixNano())
	flag.Parse()
	if *list {
		for _, name := range faults {
			fmt.Println(name)
		}
		return
	}
	if *fault != "" && !isFault(*fault) {
		fmt.Fprintln(os.Stderr, "no fault", *fault, "here; there are:", faults)
		os.Exit(2)
	}
	listener, err := listen()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("ready", listener.Addr().(*net.TCPAddr).Port, os.Getpid())
	for number := 1; ; number++ {
		connection, err := listener.Accept()
		if err != nil {
			// Out of descriptors: as net/http does, wait a moment and try again.
			time.Sleep(5 * time.Millisecond)
			continue
		}
		strike := ""
		if number%*every == 0 {
			strike = *fault
		}
		if strike == "crash" && number >= *at {
			panic("crash on connection " + fmt.Sprint(number))
		}
		go serve(connection, number, strike)
	}
}

func serve(connection net.Conn, number int, strike string) {
	id := fmt.Sprintf("%s#%d", connection.RemoteAddr(), number)
	switch strike {
	case "memory":
		keep(id, filled(*bytes))
	case "graph":
		keep(id, newSession(id, connection))
	case "file":
		if file, err := os.Open("/etc/passwd"); err == nil {
			keep(id, file)
		}
	}
	reset := errors.Is(echo(connection), syscall.ECONNRESET)
	if strike == "no-close" && !reset || strike == "no-close-rst" && reset {
		keep(id, connection)
		return
	}
	connection.Close()
	switch strike {
	case "goroutine-stays":
		select {}
	case "thread-stays":
		runtime.LockOSThread()
		select {}
	}
}

// echo reads and writes through buffers of the connection's own, as most servers do.
func echo(connection net.Conn) error {
	reader := bufio.NewReader(connection)
	writer := bufio.NewWriter(connection)
	buffer := make([]byte, 2048)
	for {
		n, err := reader.Read(buffer)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := writer.Write(buffer[:n]); err != nil {
			return err
		}
		if err := writer.Flush(); err != nil {
			return err
		}
	}
}

func newSession(id string, connection net.Conn) *session {
	made := &session{id: id, peer: connection.RemoteAddr().String(), headers: map[string]string{}}
	for i := 0; i < 20; i++ {
		made.headers[fmt.Sprintf("x-header-%d", i)] = fmt.Sprintf("value %d of connection %s", i, id)
	}
	var last *visit
	for i := 0; i < 50; i++ {
		last = &visit{at: time.Now(), path: fmt.Sprintf("/articles/%d?from=%s", i, id), next: last}
		made.visits = append(made.visits, last)
	}
	return made
}

func filled(size int) []byte {
	memory := make([]byte, size)
	rand.Read(memory)
	return memory
}

func keep(id string, value any) {
	mutex.Lock()
	defer mutex.Unlock()
	kept[id] = value
}

func isFault(name string) bool {
	for _, known := range faults {
		if known == name {
			return true
		}
	}
	return false
}

// listen takes the wanted port, or a free one below the ephemeral range, where no client's local port can collide with it.
func listen() (net.Listener, error) {
	if *port != 0 {
		return net.Listen("tcp", net.JoinHostPort(*host, fmt.Sprint(*port)))
	}
	firstEphemeral := 32768
	if text, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range"); err == nil {
		fmt.Sscan(string(text), &firstEphemeral)
	}
	for attempt := 0; attempt < 100; attempt++ {
		free := 10_000 + rand.Intn(firstEphemeral-10_000)
		if listener, err := net.Listen("tcp", net.JoinHostPort(*host, fmt.Sprint(free))); err == nil {
			return listener, nil
		}
	}
	return nil, errors.New("no free port found")
}
