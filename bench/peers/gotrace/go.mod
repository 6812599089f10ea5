module gotrace_peer

go 1.24
