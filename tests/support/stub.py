"""A client of the DestinationConnector service over a plain channel."""
import grpc

from support import protos

UNLIMITED = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]
# Only one connection per test: channels of one process otherwise share theirs.
OWN_CONNECTION = [("grpc.use_local_subchannel_pool", 1)]


class Client:
    """client.call("Test", request); client.start("WriteBatch", request) for one to wait on."""

    def __init__(self, address, compression=None, options=()):
        self.address = address
        self.channel = grpc.insecure_channel(
            address, options=[*UNLIMITED, *OWN_CONNECTION, *options], compression=compression)

    def close(self):
        self.channel.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def wait_ready(self, timeout=30):
        grpc.channel_ready_future(self.channel).result(timeout)

    def start(self, name, request=None, timeout=300, compression=None, metadata=None):
        """The call under way: result(), cancel(), code(), details() as grpc.Future has them."""
        path, request_class, response_class = protos.method(name)
        call = self.channel.unary_unary(path, request_class.SerializeToString,
                                        response_class.FromString)
        return call.future(request if request is not None else request_class(), timeout=timeout,
                           compression=compression, metadata=metadata, wait_for_ready=True)

    def call(self, name, request=None, **options):
        """The response; grpc.RpcError otherwise. timeout in seconds, compression as grpc's."""
        return self.start(name, request, **options).result()

    def error(self, name, request=None, **options):
        """The call's error, which must come: code() and details()."""
        try:
            response = self.call(name, request, **options)
        except grpc.RpcError as error:
            return error
        raise AssertionError(f"{name} was to fail and answered {response}")

    def health(self, service="", timeout=30):
        """The serving status of health.v1 as a number."""
        health = protos.health()
        check = self.channel.unary_unary("/grpc.health.v1.Health/Check",
                                         health.HealthCheckRequest.SerializeToString,
                                         health.HealthCheckResponse.FromString)
        return check(health.HealthCheckRequest(service=service), timeout=timeout).status
