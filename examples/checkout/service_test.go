// Tests of one replica over real connections: slots, readiness, drain, deadline and log.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

const patience = 20 * time.Second // for what must happen; a loaded machine is slow

// replica is a running service under test; stop drains it and returns what run returned.
type replica struct {
	svc  *service
	url  string
	stop func() error
}

func start(t *testing.T, opt options) replica {
	t.Helper()
	opt.listen = "127.0.0.1:0"
	if opt.drain == 0 {
		opt.drain = patience
	}
	type place struct {
		svc  *service
		addr net.Addr
	}
	bound := make(chan place, 1)
	ended := make(chan error, 1)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		ended <- run(ctx, opt, func(s *service, a net.Addr) { bound <- place{s, a} })
	}()
	var once sync.Once
	var result error
	stop := func() error {
		once.Do(func() {
			cancel()
			result = <-ended
		})
		return result
	}
	select {
	case p := <-bound:
		t.Cleanup(func() { stop() })
		return replica{p.svc, "http://" + p.addr.String(), stop}
	case err := <-ended:
		t.Fatalf("did not start: %v", err)
	case <-time.After(patience):
		t.Fatal("did not listen")
	}
	return replica{}
}

func call(t *testing.T, method, url string, headers ...string) (int, map[string]any) {
	t.Helper()
	request, err := http.NewRequest(method, url, strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Errorf("%s %s: %v", method, url, err)
		return 0, nil
	}
	defer response.Body.Close()
	var body map[string]any
	if err := json.NewDecoder(response.Body).Decode(&body); err != nil && err != io.EOF {
		t.Errorf("%s %s: answer is no JSON: %v", method, url, err)
	}
	return response.StatusCode, body
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

func lines(t *testing.T, path string) []execution {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var all []execution
	for scan := bufio.NewScanner(file); scan.Scan(); {
		var one execution
		if err := json.Unmarshal(scan.Bytes(), &one); err != nil {
			t.Fatalf("line %d of the log is not whole: %v", len(all)+1, err)
		}
		all = append(all, one)
	}
	return all
}

// most returns the largest number of executions that overlapped.
func most(all []execution) int {
	top := 0
	for _, a := range all {
		overlap := 0
		for _, b := range all {
			if b.StartedNS <= a.StartedNS && a.StartedNS < b.DoneNS {
				overlap++
			}
		}
		if overlap > top {
			top = overlap
		}
	}
	return top
}

func TestSlotsBoundHowManyRequestsUseTheStore(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	r := start(t, options{slots: 3, storeWait: 30 * time.Millisecond, logPath: log})
	var all sync.WaitGroup
	for i := 0; i < 18; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			if status, _ := call(t, "POST", r.url+"/checkout"); status != 200 {
				t.Errorf("status %d", status)
			}
		}()
	}
	all.Wait()
	if top := most(lines(t, log)); top != 3 {
		t.Errorf("%d executions overlapped, want 3", top)
	}
}

func TestReadyOnlyAfterTheWarmUp(t *testing.T) {
	r := start(t, options{slots: 1, storeWait: time.Millisecond, warmUp: 300 * time.Millisecond})
	if status, _ := call(t, "GET", r.url+"/readyz"); status != 503 {
		t.Errorf("status %d right after the start, want 503", status)
	}
	if status, _ := call(t, "GET", r.url+"/healthz"); status != 200 {
		t.Errorf("healthz %d while warming up, want 200", status)
	}
	eventually(t, "ready", func() bool {
		status, _ := call(t, "GET", r.url+"/readyz")
		return status == 200
	})
}

func TestNotReadyWhileDraining(t *testing.T) {
	svc := newService(options{slots: 1}, newStore(time.Millisecond, 1), &requestLog{})
	svc.ready.Store(true)
	svc.draining.Store(true)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: svc.handler()}
	go server.Serve(listener)
	defer server.Close()
	status, body := call(t, "GET", fmt.Sprintf("http://%s/readyz", listener.Addr()))
	if status != 503 || body["state"] != "draining" {
		t.Errorf("status %d, body %v", status, body)
	}
}

func TestDrainFinishesRequestsInFlightAndTheirLog(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	r := start(t, options{slots: 4, storeWait: 400 * time.Millisecond, logPath: log})
	answers := make(chan int, 6)
	for i := 0; i < 6; i++ { // two of them still wait for a slot when the drain begins
		go func() {
			status, _ := call(t, "POST", r.url+"/checkout", headerID, "in-flight")
			answers <- status
		}()
	}
	eventually(t, "6 requests inside", func() bool {
		return len(r.svc.slots)+int(r.svc.waiting.Load()) == 6
	})
	if err := r.stop(); err != nil {
		t.Errorf("drain: %v", err)
	}
	for i := 0; i < 6; i++ {
		if status := <-answers; status != 200 {
			t.Errorf("status %d, want 200", status)
		}
	}
	if n := len(lines(t, log)); n != 6 {
		t.Errorf("%d lines in the log, want 6", n)
	}
	if _, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://")); err == nil {
		t.Error("still accepts connections after the drain")
	}
}

func TestDrainThatTakesTooLongIsAnError(t *testing.T) {
	r := start(t, options{slots: 1, storeWait: 2 * time.Second, drain: 20 * time.Millisecond})
	gone := make(chan bool)
	go func() {
		_, err := http.Post(r.url+"/checkout", "", nil)
		gone <- err != nil
	}()
	eventually(t, "in flight", func() bool { return len(r.svc.slots) == 1 })
	if err := r.stop(); err == nil {
		t.Error("no error")
	}
	if !<-gone {
		t.Error("the request was answered")
	}
}

func TestADeadlineThatPassesInTheQueueIsRefusedAndNotExecuted(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	r := start(t, options{slots: 1, storeWait: time.Second, logPath: log})
	first := make(chan int, 1)
	go func() {
		status, _ := call(t, "POST", r.url+"/checkout", headerID, "first")
		first <- status
	}()
	eventually(t, "in flight", func() bool { return len(r.svc.slots) == 1 })
	for _, left := range []string{"20", "0", "-5"} {
		status, body := call(t, "POST", r.url+"/checkout", headerID, "late", headerLeft, left)
		if status != 503 || body["reason"] != "deadline-passed-in-queue" {
			t.Errorf("%s ms left: status %d, body %v", left, status, body)
		}
	}
	if status := <-first; status != 200 {
		t.Errorf("first: status %d", status)
	}
	all := lines(t, log)
	if len(all) != 1 || all[0].ID != "first" {
		t.Errorf("executed: %+v, want first alone", all)
	}
}

func TestTheLogTellsIDRouteMethodStatusAndTimes(t *testing.T) {
	log := filepath.Join(t.TempDir(), "log")
	r := start(t, options{slots: 2, storeWait: 5 * time.Millisecond, logPath: log})
	call(t, "POST", r.url+"/checkout", headerID, "a\"b")
	call(t, "GET", r.url+"/cart", headerID, "c")
	all := lines(t, log)
	if len(all) != 2 {
		t.Fatalf("%d lines, want 2", len(all))
	}
	for i, want := range []execution{
		{ID: "a\"b", Route: "/checkout", Method: "POST", Status: 200},
		{ID: "c", Route: "/cart", Method: "GET", Status: 200},
	} {
		got := all[i]
		if got.DoneNS <= got.StartedNS {
			t.Errorf("line %d: done %d, started %d", i, got.DoneNS, got.StartedNS)
		}
		got.StartedNS, got.DoneNS = 0, 0
		if got != want {
			t.Errorf("line %d: %+v, want %+v", i, got, want)
		}
	}
}

func TestWrongMethodsAndLargeBodiesAreRefused(t *testing.T) {
	r := start(t, options{slots: 1, storeWait: time.Millisecond})
	if status, _ := call(t, "GET", r.url+"/checkout"); status != 405 {
		t.Errorf("GET /checkout: %d, want 405", status)
	}
	large := strings.NewReader(strings.Repeat("x", bodyMax+1))
	response, err := http.Post(r.url+"/checkout", "text/plain", large)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != 413 {
		t.Errorf("large body: %d, want 413", response.StatusCode)
	}
}

func TestDebugRoutesExistOnlyWhenAskedFor(t *testing.T) {
	closed := start(t, options{slots: 1, storeWait: time.Millisecond})
	response, err := http.Post(closed.url+"/debug/hang", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != 404 {
		t.Errorf("without --debug: %d, want 404", response.StatusCode)
	}

	open := start(t, options{slots: 1, storeWait: time.Millisecond, debug: true})
	if status, _ := call(t, "POST", open.url+"/debug/hang"); status != 200 {
		t.Errorf("hang: %d", status)
	}
	impatient := http.Client{Timeout: 50 * time.Millisecond}
	if _, err := impatient.Get(open.url + "/healthz"); err == nil {
		t.Error("a hung replica answered")
	}
}

func TestStoreTimesHaveTheirMeanAndModestSpread(t *testing.T) {
	st := newStore(40*time.Millisecond, 7)
	var sum time.Duration
	const draws = 20000
	slow := 0
	for i := 0; i < draws; i++ {
		one := st.wait(1)
		sum += one
		if one > 80*time.Millisecond {
			slow++
		}
	}
	if mean := sum / draws; mean < 39*time.Millisecond || mean > 41*time.Millisecond {
		t.Errorf("mean %v, want 40ms", mean)
	}
	if slow > draws/100 {
		t.Errorf("%d of %d took twice the mean, want under 1%%", slow, draws)
	}
	if newStore(time.Second, 7).wait(1) != newStore(time.Second, 7).wait(1) {
		t.Error("the same seed gave other times")
	}
}

func TestWrongFlagsAreRefusedInOneSentence(t *testing.T) {
	for _, args := range [][]string{
		{"--slots", "0"}, {"--store-wait", "0s"}, {"--store-wait", "2m"}, {"stray"},
	} {
		if _, err := parse(args); err == nil {
			t.Errorf("%v was accepted", args)
		}
	}
}
