// An HTTP server that serves net/http/pprof, or one that echoes and has that on another port, and that forgets what its
// first word says: goroutine, session.
//
//	go build -o server profiled.go && ./server FAULT [PORT OF THE PROFILES]
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"sync"
)

type session struct {
	history []byte
}

var (
	mutex    sync.Mutex
	sessions []*session
	never    = make(chan int)
)

func main() {
	fault := os.Args[1]
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	if len(os.Args) == 2 {
		fmt.Println("ready", port, os.Getpid())
		server := &http.Server{ConnState: func(_ net.Conn, state http.ConnState) {
			if state == http.StateClosed {
				forget(fault)
			}
		}}
		panic(server.Serve(listener))
	}
	go http.ListenAndServe("127.0.0.1:"+os.Args[2], nil)
	fmt.Println("ready", port, os.Getpid())
	for {
		connection, err := listener.Accept()
		if err != nil {
			panic(err)
		}
		go func() {
			io.Copy(connection, connection)
			connection.Close()
			forget(fault)
		}()
	}
}

func forget(fault string) {
	switch fault {
	case "goroutine":
		go wait() // marker: started
	case "session":
		keep()
	}
}

func wait() {
	<-never // marker: waits
}

func keep() {
	mutex.Lock()
	defer mutex.Unlock()
	sessions = append(sessions, &session{history: make([]byte, 4000)}) // marker: made
}
