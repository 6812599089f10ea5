module otlp_go

go 1.25.0
