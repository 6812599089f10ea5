// Command go_trace_app is a program that knows nothing of tracing; go-trace instruments it: exported
// functions that take a context.
//
// KEEP_BINARY names a file that the program, as go-trace has built it, copies itself to. With it the
// program ends; without it, it works until it is killed.
package main

import (
	"context"
	"os"
	"time"
)

// Place places an order.
func Place(ctx context.Context, id int) int {
	return Price(ctx, id) + 1
}

// Price computes a price.
func Price(ctx context.Context, id int) int {
	return id * 3
}

func main() {
	if path := os.Getenv("KEEP_BINARY"); path != "" {
		self, err := os.Executable()
		if err != nil {
			panic(err)
		}
		program, err := os.ReadFile(self)
		if err != nil {
			panic(err)
		}
		if err := os.WriteFile(path, program, 0o700); err != nil {
			panic(err)
		}
		return
	}
	for i := 0; ; i++ {
		Place(context.Background(), i)
		time.Sleep(50 * time.Millisecond)
		if os.Getenv("PLACE_ONCE") != "" {
			return
		}
	}
}
