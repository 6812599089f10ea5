module otel-tui

go 1.26.0

require github.com/ymtdzzz/otel-tui v0.4.11
