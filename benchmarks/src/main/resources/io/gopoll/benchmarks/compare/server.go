/*
 * Copyright 2026 The GoPoll Project
 *
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License at
 *
 *   https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations under
 * the License.
 */

// The same services as server.c on Go's package net, a goroutine for each connection.
//
//	server NETWORK SERVICE [BACKEND]    NETWORK: tcp, udp, or a path
//	                                    SERVICE: echo, http, download, upload, block, deadline,
//	                                    backend
//	                                    BACKEND: the echo that backend asks, HOST:PORT
//
// It says "ready ADDRESS" and ends when its standard input does.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"runtime"
	"time"
)

const (
	body     = 4 << 20
	response = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 13\r\n\r\nHello, World!"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 && (len(os.Args) != 4 || os.Args[2] != "backend") {
		log.Fatal("server tcp|udp|PATH echo|http|download|upload|block|deadline|backend BACKEND")
	}
	runtime.GOMAXPROCS(1)
	services := map[string]func(net.Conn){
		"echo": echo, "http": http, "download": download, "upload": upload, "block": block,
		"deadline": deadline, "backend": backend,
	}
	serve := services[os.Args[2]]
	if serve == nil {
		log.Fatal("no such service: ", os.Args[2])
	}
	switch network := os.Args[1]; network {
	case "udp":
		conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		check(err)
		fmt.Println("ready", conn.LocalAddr())
		go echoDatagrams(conn)
	case "tcp":
		listener, err := net.Listen("tcp4", "127.0.0.1:0")
		check(err)
		fmt.Println("ready", listener.Addr())
		go accept(listener, serve)
	default:
		listener, err := net.Listen("unix", network)
		check(err)
		fmt.Println("ready", network)
		go accept(listener, serve)
	}
	io.Copy(io.Discard, os.Stdin)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func accept(listener net.Listener, serve func(net.Conn)) {
	for {
		conn, err := listener.Accept()
		check(err)
		go func() {
			defer conn.Close()
			serve(conn)
		}()
	}
}

func echoDatagrams(conn *net.UDPConn) {
	buffer := make([]byte, 64<<10)
	for {
		n, peer, err := conn.ReadFromUDPAddrPort(buffer)
		check(err)
		conn.WriteToUDPAddrPort(buffer[:n], peer)
	}
}

// What each of them does with what it reads, until there is no more.
func each(conn net.Conn, answer func([]byte) error) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := conn.Read(buffer)
		if err != nil || answer(buffer[:n]) != nil {
			return
		}
	}
}

func echo(conn net.Conn) {
	each(conn, func(bytes []byte) error {
		_, err := conn.Write(bytes)
		return err
	})
}

func block(conn net.Conn) {
	each(conn, func(bytes []byte) error {
		time.Sleep(2 * time.Millisecond)
		_, err := conn.Write(bytes)
		return err
	})
}

func backend(conn net.Conn) {
	asked, err := net.Dial("tcp4", os.Args[3])
	check(err)
	defer asked.Close()
	each(conn, func(bytes []byte) error {
		if _, err := asked.Write(bytes); err != nil {
			return err
		}
		if _, err := io.ReadFull(asked, bytes); err != nil {
			return err
		}
		_, err := conn.Write(bytes)
		return err
	})
}

func deadline(conn net.Conn) {
	each(conn, func(bytes []byte) error {
		conn.SetReadDeadline(time.Now().Add(30 * time.Second))
		_, err := conn.Write(bytes)
		return err
	})
}

func http(conn net.Conn) {
	blank := 0 // how much of the blank line that ends a request has been seen
	out := make([]byte, 0, 64<<10)
	each(conn, func(bytes []byte) error {
		out = out[:0]
		for _, b := range bytes {
			if b == "\r\n"[blank%2] {
				blank++
			} else if b == '\r' {
				blank = 1
			} else {
				blank = 0
			}
			if blank == 4 {
				blank = 0
				out = append(out, response...)
			}
		}
		_, err := conn.Write(out)
		return err
	})
}

func download(conn net.Conn) {
	out := make([]byte, 64<<10)
	each(conn, func(bytes []byte) error {
		for left := len(bytes) * body; left > 0; left -= len(out) {
			if _, err := conn.Write(out); err != nil {
				return err
			}
		}
		return nil
	})
}

func upload(conn net.Conn) {
	got := 0
	each(conn, func(bytes []byte) error {
		for got += len(bytes); got >= body; got -= body {
			if _, err := conn.Write([]byte{'x'}); err != nil {
				return err
			}
		}
		return nil
	})
}
