// The classic pair: a client for each request, or one for all, with limits, against servers that take their time.
// Beside the requests that are asked for come some at random, as real programs have them.
package main

import (
	"io"
	"math/rand"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

func number(name string, preset int) int {
	if value, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return value
	}
	return preset
}

var shared = &http.Client{
	Timeout: time.Minute,
	Transport: &http.Transport{
		MaxIdleConns:        5,
		MaxIdleConnsPerHost: 2,
		IdleConnTimeout:     10 * time.Second,
	},
}

func clientFor(how string) *http.Client {
	if how == "fixed" {
		return shared
	}
	return &http.Client{Transport: &http.Transport{}}
}

func get(how string, port string) {
	client := clientFor(how)
	resp, err := client.Get("http://127.0.0.1:" + port + "/")
	if err != nil {
		if how == "fixed" {
			client.CloseIdleConnections()
		}
		return
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	if err != nil && how == "fixed" {
		client.CloseIdleConnections()
	}
}

func main() {
	how := os.Args[1]
	ports := strings.Split(os.Getenv("PORTS"), ",")
	requests := number("REQUESTS", 40)
	every := time.Duration(number("EVERY_MS", 20)) * time.Millisecond
	random := rand.New(rand.NewSource(int64(number("SEED", 7))))
	var all sync.WaitGroup
	for i := 0; i < requests; i++ {
		many := 1
		if random.Intn(4) == 0 {
			many = 2
		}
		for j := 0; j < many; j++ {
			all.Add(1)
			go func(port string) {
				defer all.Done()
				get(how, port)
			}(ports[random.Intn(len(ports))])
		}
		time.Sleep(every)
	}
	all.Wait()
	time.Sleep(time.Duration(number("LINGER_MS", 0)) * time.Millisecond)
}
