// Command interop calls the server with grpc-go: one call of the DestinationConnector service, its
// request given as JSON, compressed with gzip, on a connection that is kept alive by pings. It prints
// one JSON object: the response, the pings that were sent and the bytes that were written.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	_ "google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

const (
	service = "fivetran_sdk.v2.DestinationConnector"
	// A window of a fixed size: grpc-go sends no pings to measure the line, only those of keepalive.
	windowBytes = 1 << 20
)

type options struct {
	address     string
	descriptors string
	method      string
	request     string
	pingEvery   time.Duration
	timeout     time.Duration
}

// result is what the program prints.
type result struct {
	Response     json.RawMessage `json:"response"`
	RequestBytes int             `json:"request_bytes"`
	WrittenBytes int64           `json:"written_bytes"`
	Pings        int64           `json:"pings"`
}

func main() {
	var o options
	flag.StringVar(&o.address, "address", "", "host:port of the server")
	flag.StringVar(&o.descriptors, "descriptors", "", "file with the FileDescriptorSet of the protos")
	flag.StringVar(&o.method, "method", "", "name of the call")
	flag.StringVar(&o.request, "request", "", "file with the request as JSON")
	flag.DurationVar(&o.pingEvery, "ping-every", 10*time.Second, "time between keepalive pings")
	flag.DurationVar(&o.timeout, "timeout", 5*time.Minute, "deadline of the call")
	flag.Parse()
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(o options) error {
	method, err := findMethod(o.descriptors, o.method)
	if err != nil {
		return err
	}
	request, err := readRequest(o.request, method.Input())
	if err != nil {
		return err
	}
	response := dynamicpb.NewMessage(method.Output())
	watched := &watch{}
	if err := call(o, watched, request, response); err != nil {
		return err
	}
	text, err := protojson.Marshal(response)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(result{
		Response:     text,
		RequestBytes: proto.Size(request),
		WrittenBytes: watched.bytes.Load(),
		Pings:        watched.pings.Load(),
	})
}

func findMethod(descriptors, name string) (protoreflect.MethodDescriptor, error) {
	data, err := os.ReadFile(descriptors)
	if err != nil {
		return nil, err
	}
	var set descriptorpb.FileDescriptorSet
	if err := proto.Unmarshal(data, &set); err != nil {
		return nil, err
	}
	files, err := protodesc.NewFiles(&set)
	if err != nil {
		return nil, err
	}
	found, err := files.FindDescriptorByName(protoreflect.FullName(service + "." + name))
	if err != nil {
		return nil, err
	}
	method, ok := found.(protoreflect.MethodDescriptor)
	if !ok {
		return nil, fmt.Errorf("%s is no method", found.FullName())
	}
	return method, nil
}

func readRequest(path string, kind protoreflect.MessageDescriptor) (*dynamicpb.Message, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	request := dynamicpb.NewMessage(kind)
	return request, protojson.Unmarshal(data, request)
}

func call(o options, watched *watch, request, response proto.Message) error {
	connection, err := grpc.NewClient("passthrough:///"+o.address,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: o.pingEvery, Timeout: 5 * time.Second}),
		grpc.WithDefaultCallOptions(grpc.UseCompressor("gzip")),
		grpc.WithDisableRetry(),
		grpc.WithInitialWindowSize(windowBytes),
		grpc.WithInitialConnWindowSize(windowBytes),
		grpc.WithContextDialer(func(ctx context.Context, address string) (net.Conn, error) {
			var dialer net.Dialer
			plain, err := dialer.DialContext(ctx, "tcp", address)
			if err != nil {
				return nil, err
			}
			return &watchedConn{Conn: plain, watch: watched}, nil
		}))
	if err != nil {
		return err
	}
	defer connection.Close()
	ctx, cancel := context.WithTimeout(context.Background(), o.timeout)
	defer cancel()
	return connection.Invoke(ctx, "/"+service+"/"+o.method, request, response)
}
