"""The service: the HTTP API, the scouts' page, the client and the `scout` command."""
