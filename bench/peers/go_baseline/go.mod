module go_baseline

go 1.24
