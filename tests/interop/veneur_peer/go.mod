module veneur_peer

go 1.24

require (
	github.com/opentracing/opentracing-go v1.2.0
	github.com/stripe/veneur/v14 v14.2.0
)
