"""What the integration tests share: processes, batch files, a gRPC client, the reducer."""
