// The service: its routes, the wait for a slot and what it tells about itself.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"sync/atomic"
	"time"
)

const (
	bodyMax    = 64 << 10
	crashCode  = 70
	cartShare  = 0.4 // a cart's share of a checkout's time in the store
	headerID   = "X-Request-Id"
	headerLeft = "X-Request-Timeout-Ms" // time the caller still has, in milliseconds
)

// service is one replica: its slots, its store and what it tells about itself.
type service struct {
	slots    chan struct{} // one element per request that uses the store; blocked senders are FIFO
	store    *store
	log      *requestLog
	debug    bool
	ready    atomic.Bool
	draining atomic.Bool
	hung     atomic.Bool
	waiting  atomic.Int64
	done     atomic.Int64
}

func newService(opt options, st *store, log *requestLog) *service {
	return &service{
		slots: make(chan struct{}, opt.slots),
		store: st,
		log:   log,
		debug: opt.debug,
	}
}

func (s *service) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/checkout", only(http.MethodPost, func(w http.ResponseWriter, r *http.Request) {
		s.execute(w, r, "/checkout", 1)
	}))
	mux.HandleFunc("/cart", only(http.MethodGet, func(w http.ResponseWriter, r *http.Request) {
		s.execute(w, r, "/cart", cartShare)
	}))
	mux.HandleFunc("/readyz", s.readyz)
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]any{"healthy": true})
	})
	mux.HandleFunc("/stats", s.stats)
	if s.debug {
		mux.HandleFunc("/debug/hang", only(http.MethodPost, func(w http.ResponseWriter, _ *http.Request) {
			s.hung.Store(true)
			answer(w, http.StatusOK, map[string]any{"hung": true})
		}))
		mux.HandleFunc("/debug/crash", only(http.MethodPost, func(http.ResponseWriter, *http.Request) {
			os.Exit(crashCode)
		}))
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.hung.Load() {
			// As a deadlocked program: connections are accepted, nothing is answered.
			<-r.Context().Done()
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// execute runs one request of a route once: wait for a slot in order of arrival, use the store,
// record, answer.
func (s *service) execute(w http.ResponseWriter, r *http.Request, route string, share float64) {
	if _, err := io.Copy(io.Discard, http.MaxBytesReader(w, r.Body, bodyMax)); err != nil {
		problem(w, http.StatusRequestEntityTooLarge, "body-too-large")
		return
	}
	if !s.acquire(r) {
		problem(w, http.StatusServiceUnavailable, "deadline-passed-in-queue")
		return
	}
	defer func() { <-s.slots }()
	started := time.Now()
	time.Sleep(s.store.wait(share))
	body := receipt(r.Header.Get(headerID), route)
	done := time.Now()
	s.done.Add(1)
	err := s.log.add(execution{
		ID: r.Header.Get(headerID), Route: route, Method: r.Method, Status: http.StatusOK,
		StartedNS: started.UnixNano(), DoneNS: done.UnixNano(),
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "checkout: request log:", err)
	}
	answer(w, http.StatusOK, body)
}

// acquire takes a slot, or returns false when the caller's time is over or the caller is gone.
func (s *service) acquire(r *http.Request) bool {
	var expired <-chan time.Time // nil, which never fires, when the caller stated no limit
	if left, err := strconv.ParseInt(r.Header.Get(headerLeft), 10, 32); err == nil {
		if left <= 0 {
			return false
		}
		timer := time.NewTimer(time.Duration(left) * time.Millisecond)
		defer timer.Stop()
		expired = timer.C
	}
	s.waiting.Add(1)
	defer s.waiting.Add(-1)
	select {
	case s.slots <- struct{}{}:
		return true
	case <-expired:
	case <-r.Context().Done():
	}
	return false
}

func (s *service) readyz(w http.ResponseWriter, _ *http.Request) {
	status, state := http.StatusOK, "ready"
	switch {
	case s.draining.Load():
		status, state = http.StatusServiceUnavailable, "draining"
	case !s.ready.Load():
		status, state = http.StatusServiceUnavailable, "warming up"
	}
	answer(w, status, map[string]any{"state": state})
}

func (s *service) stats(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]any{
		"slots": cap(s.slots), "in_flight": len(s.slots), "waiting": s.waiting.Load(),
		"done": s.done.Load(), "ready": s.ready.Load() && !s.draining.Load(),
	})
}
