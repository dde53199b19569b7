// Answers: what a customer gets, what a refused caller gets.
package main

import (
	"encoding/json"
	"net/http"
	"strconv"
)

const garbage = 24 << 10 // bytes a request leaves to the collector

// receipt builds an answer of about 300 bytes and, as programs do, leaves some garbage behind.
func receipt(id, route string) map[string]any {
	scratch := make([]byte, garbage)
	sum := 0
	for i := 0; i < len(scratch); i += 512 {
		scratch[i] = byte(i / 512)
		sum += int(scratch[i])
	}
	return map[string]any{
		"request": id, "route": route, "state": "accepted", "currency": "EUR", "total_cents": sum,
		"items": []map[string]any{
			{"sku": "tea-earl-grey-250", "quantity": 2, "unit_cents": 690, "name": "Earl Grey, 250 g"},
			{"sku": "pot-cast-iron-08", "quantity": 1, "unit_cents": 4900, "name": "Cast iron pot"},
		},
	}
}

func only(method string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != method {
			w.Header().Set("Allow", method)
			problem(w, http.StatusMethodNotAllowed, "method-not-allowed")
			return
		}
		next(w, r)
	}
}

func problem(w http.ResponseWriter, status int, reason string) {
	w.Header().Set("Content-Type", "application/problem+json")
	answer(w, status, map[string]any{
		"title": http.StatusText(status), "status": status, "reason": reason,
	})
}

func answer(w http.ResponseWriter, status int, body any) {
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	data, err := json.Marshal(body)
	if err != nil {
		status, data = http.StatusInternalServerError, nil
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	w.Write(data)
}
