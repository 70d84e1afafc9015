package main

import (
	"bytes"
	"net"
	"sync/atomic"
)

const (
	preface     = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
	headerBytes = 9
	pingFrame   = 0x6
	ackFlag     = 0x1
)

// watch counts what connections write.
type watch struct {
	bytes atomic.Int64
	pings atomic.Int64
}

// watchedConn is a connection whose written HTTP/2 frames are looked at. grpc-go writes from one
// goroutine at a time.
type watchedConn struct {
	net.Conn
	watch   *watch
	started bool
	pending []byte
	skip    int // bytes of the present frame that are still to come
}

func (c *watchedConn) Write(data []byte) (int, error) {
	n, err := c.Conn.Write(data)
	c.watch.bytes.Add(int64(n))
	c.look(data[:n])
	return n, err
}

func (c *watchedConn) look(data []byte) {
	for len(data) > 0 {
		if c.skip > 0 {
			n := min(c.skip, len(data))
			c.skip -= n
			data = data[n:]
			continue
		}
		wanted := headerBytes
		if !c.started {
			wanted = len(preface)
		}
		n := min(wanted-len(c.pending), len(data))
		c.pending = append(c.pending, data[:n]...)
		data = data[n:]
		if len(c.pending) == wanted {
			c.header()
			c.pending = c.pending[:0]
		}
	}
}

// header takes the connection's preface or the header of a frame.
func (c *watchedConn) header() {
	if !c.started {
		c.started = bytes.Equal(c.pending, []byte(preface))
		return
	}
	c.skip = int(c.pending[0])<<16 | int(c.pending[1])<<8 | int(c.pending[2])
	if c.pending[3] == pingFrame && c.pending[4]&ackFlag == 0 {
		c.watch.pings.Add(1)
	}
}
