// The log of executed requests, which an audit compares with what callers saw.
package main

import (
	"encoding/json"
	"os"
	"sync"
)

// execution is one line of the log: a request that used the store. Times are nanoseconds of Unix
// time.
type execution struct {
	ID        string `json:"id"`
	Route     string `json:"route"`
	Method    string `json:"method"`
	Status    int    `json:"status"`
	StartedNS int64  `json:"started_ns"`
	DoneNS    int64  `json:"done_ns"`
}

// requestLog appends executions to a file that replicas may share. A nil file means no log.
type requestLog struct {
	mu   sync.Mutex
	file *os.File
}

func openRequestLog(path string) (*requestLog, error) {
	if path == "" {
		return &requestLog{}, nil
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	return &requestLog{file: file}, err
}

// add writes one whole line in one call before the request is answered. A buffer would be cheaper
// and would lose its lines when the process is killed, so that an answered request had no trace.
func (l *requestLog) add(e execution) error {
	if l.file == nil {
		return nil
	}
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err = l.file.Write(append(line, '\n'))
	return err
}

func (l *requestLog) close() {
	if l.file != nil {
		l.file.Close()
	}
}
