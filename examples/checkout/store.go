// The store that checkout calls: time spent elsewhere.
package main

import (
	"math"
	"math/rand"
	"sync"
	"time"
)

// spread is the standard deviation of the logarithm of a store's time: the slowest of a hundred
// calls takes about 1.7 times the mean.
const spread = 0.25

// store stands for a database behind the service: each call takes a time and no CPU.
type store struct {
	mean time.Duration
	mu   sync.Mutex
	rng  *rand.Rand // guarded by mu
}

func newStore(mean time.Duration, seed int64) *store {
	return &store{mean: mean, rng: rand.New(rand.NewSource(seed))}
}

// wait draws the time of one call: lognormal with the store's mean, times share, at most four
// times that.
func (s *store) wait(share float64) time.Duration {
	s.mu.Lock()
	z := s.rng.NormFloat64()
	s.mu.Unlock()
	factor := math.Min(math.Exp(spread*z-spread*spread/2), 4)
	return time.Duration(factor * share * float64(s.mean))
}
