# ticketsync as one static binary in an image without a shell.
FROM golang:1.26.8-bookworm AS build
WORKDIR /src
# Only the product's own module: what dev/ needs stays out of the image.
ENV GOWORK=off CGO_ENABLED=0 GOCACHE=/go/cache
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/go/cache \
    go build -trimpath -ldflags="-s -w" -o /ticketsync ./cmd/ticketsync

# Nothing but the binary and the certificates of public authorities; it runs as
# nobody in particular.
FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /ticketsync /usr/local/bin/ticketsync
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/ticketsync"]
