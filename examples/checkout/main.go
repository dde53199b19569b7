// Checkout is a small Go service whose replicas carry what their slots allow: a worker pool in
// front of a store that takes time.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// options are what one replica is started with.
type options struct {
	listen    string
	slots     int
	storeWait time.Duration
	warmUp    time.Duration
	drain     time.Duration
	logPath   string
	seed      int64
	debug     bool
}

func parse(args []string) (options, error) {
	var opt options
	flags := flag.NewFlagSet("checkout", flag.ContinueOnError)
	flags.StringVar(&opt.listen, "listen", "127.0.0.1:8081", "`address` to listen on")
	flags.IntVar(&opt.slots, "slots", 8, "requests that may use the store at once")
	flags.DurationVar(&opt.storeWait, "store-wait", 40*time.Millisecond, "mean time the store takes")
	flags.DurationVar(&opt.warmUp, "warm-up", 3*time.Second, "time from start to ready")
	flags.DurationVar(&opt.drain, "drain", 8*time.Second, "longest wait for requests in flight")
	flags.StringVar(&opt.logPath, "log", "", "`file` that gets one JSON line per executed request")
	flags.Int64Var(&opt.seed, "seed", 1, "seed of the store's times (mixed with the port)")
	flags.BoolVar(&opt.debug, "debug", false, "enable POST /debug/hang and POST /debug/crash")
	if err := flags.Parse(args); err != nil {
		return opt, err
	}
	switch {
	case flags.NArg() > 0:
		return opt, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case opt.slots < 1:
		return opt, fmt.Errorf("--slots must be at least 1, got %d", opt.slots)
	case opt.storeWait <= 0 || opt.storeWait > time.Minute:
		return opt, fmt.Errorf("--store-wait must be in (0, 1m], got %v", opt.storeWait)
	}
	return opt, nil
}

func main() {
	opt, err := parse(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		os.Exit(0)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "checkout:", err)
		os.Exit(2)
	}
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	if err := run(stop, opt, nil); err != nil {
		fmt.Fprintln(os.Stderr, "checkout:", err)
		os.Exit(1)
	}
}

// run serves until stop is done, then drains: not ready, no new connections, requests in flight
// end normally. bound, when given, receives the service and its address once it listens.
func run(stop context.Context, opt options, bound func(*service, net.Addr)) error {
	log, err := openRequestLog(opt.logPath)
	if err != nil {
		return err
	}
	defer log.close()
	listener, err := net.Listen("tcp", opt.listen)
	if err != nil {
		return err
	}
	// Replicas started with the same flags must not draw the same times in step.
	port := int64(listener.Addr().(*net.TCPAddr).Port)
	svc := newService(opt, newStore(opt.storeWait, opt.seed*65536+port), log)
	server := &http.Server{
		Handler:           svc.handler(),
		ReadHeaderTimeout: 10 * time.Second,
		// Longer than a gateway keeps idle connections, so that the gateway closes them first and
		// no request meets a connection that is going away.
		IdleTimeout: 5 * time.Minute,
	}
	warm := time.AfterFunc(opt.warmUp, func() { svc.ready.Store(true) })
	defer warm.Stop()
	if bound != nil {
		bound(svc, listener.Addr())
	}

	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-stop.Done():
	}
	svc.draining.Store(true)
	ctx, cancel := context.WithTimeout(context.Background(), opt.drain)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		server.Close()
		return fmt.Errorf("requests still in flight after %v: %w", opt.drain, err)
	}
	return nil
}
