module export_readers

go 1.24

require (
	github.com/jaegertracing/jaeger v1.62.0
	go.opentelemetry.io/collector/pdata v1.44.0
)
