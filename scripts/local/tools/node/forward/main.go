// Forward carries TCP connections from a loopback address of the host to the gateway inside the node's network
// namespace. io.Copy between two TCP connections is splice(2) on Linux: the bytes never enter this process.
package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: forward LISTEN TARGET")
		os.Exit(2)
	}
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	for {
		client, err := listener.Accept()
		if err != nil {
			// Out of file descriptors, mostly: connections end, and the next one is served.
			log.Print(err)
			time.Sleep(100 * time.Millisecond)
			continue
		}
		go carry(client.(*net.TCPConn), os.Args[2])
	}
}

func carry(client *net.TCPConn, target string) {
	defer client.Close()
	connection, err := dial(target)
	if err != nil {
		log.Print(err)
		// A reset, not an empty answer: the client sees that nobody was there.
		_ = client.SetLinger(0)
		return
	}
	upstream := connection.(*net.TCPConn)
	defer upstream.Close()
	ended := make(chan struct{}, 2)
	go pump(upstream, client, ended)
	go pump(client, upstream, ended)
	<-ended
	<-ended
}

// dial tries again while the network is unreachable. In the instant in which kube-proxy exchanges its rules, a packet to a
// Service may meet none of them and find no route; a lost packet would be sent again by the kernel, this is an answer.
func dial(target string) (net.Conn, error) {
	for tries := 0; ; tries++ {
		connection, err := net.Dial("tcp", target)
		if err == nil || tries == 100 || !errors.Is(err, syscall.ENETUNREACH) {
			return connection, err
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// pump copies until the source ends and hands the end on, so that half-closed connections stay usable.
func pump(to, from *net.TCPConn, ended chan<- struct{}) {
	_, err := io.Copy(to, from)
	if err != nil {
		_ = to.SetLinger(0)
		to.Close()
		from.Close()
	} else {
		_ = to.CloseWrite()
	}
	ended <- struct{}{}
}
