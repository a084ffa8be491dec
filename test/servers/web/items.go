// Items over net/http.
//
//	items [--fault items]
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
)

func main() {
	leaks := strings.Contains(strings.Join(os.Args[1:], " "), "--fault items")
	var lock sync.Mutex
	var kept []*os.File
	http.HandleFunc("/api/items/", func(answer http.ResponseWriter, request *http.Request) {
		if leaks {
			file, _ := os.Open("/proc/self/exe")
			lock.Lock()
			kept = append(kept, file)
			lock.Unlock()
		}
		fmt.Fprintf(answer, "{\"path\": %q}\n", request.URL.Path)
	})
	http.HandleFunc("/api/items", func(answer http.ResponseWriter, request *http.Request) {
		answer.WriteHeader(http.StatusCreated)
		io.Copy(answer, request.Body)
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println("ready", listener.Addr().(*net.TCPAddr).Port, os.Getpid())
	panic(http.Serve(listener, nil))
}
