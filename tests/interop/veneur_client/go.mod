module veneur_client

go 1.24

require github.com/stripe/veneur/v14 v14.2.0
