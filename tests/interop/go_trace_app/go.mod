module go_trace_app

go 1.24
