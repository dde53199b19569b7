// Preloaded library that counts a program's heap allocations and locks in a mapped file.
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>

// The allocator's own entry points, which glibc keeps beside the names that are taken over here.
extern "C" void* __libc_malloc(std::size_t size);
extern "C" void* __libc_calloc(std::size_t count, std::size_t size);
extern "C" void* __libc_realloc(void* old, std::size_t size);
extern "C" void* __libc_memalign(std::size_t alignment, std::size_t size);

namespace {

struct Counts {
  std::atomic<std::uint64_t> allocations;
  std::atomic<std::uint64_t> locks;
};

Counts unmapped;
std::atomic<Counts*> counts{&unmapped};

// Runs before main; whatever was counted earlier is start-up and not of interest.
[[gnu::constructor]] void map_counts() {
  const char* path = std::getenv("HEADROOM_BENCH_COUNTS");
  if (path == nullptr) return;
  const int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void* memory = mmap(nullptr, sizeof(Counts), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (memory != MAP_FAILED) counts = static_cast<Counts*>(memory);
}

void* counted(void* memory) {
  counts.load(std::memory_order_relaxed)->allocations.fetch_add(1, std::memory_order_relaxed);
  return memory;
}

void count_lock() {
  counts.load(std::memory_order_relaxed)->locks.fetch_add(1, std::memory_order_relaxed);
}

template <class Function>
Function* next(std::atomic<Function*>& known, const char* name) {
  Function* function = known.load(std::memory_order_relaxed);
  if (function == nullptr) {
    function = reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
    known.store(function, std::memory_order_relaxed);
  }
  return function;
}

using Lock = int(pthread_mutex_t*);
using RwLock = int(pthread_rwlock_t*);
std::atomic<Lock*> mutex_lock;
std::atomic<Lock*> mutex_trylock;
std::atomic<RwLock*> rdlock;
std::atomic<RwLock*> wrlock;

}  // namespace

extern "C" {

void* malloc(std::size_t size) {
  return counted(__libc_malloc(size));
}

void* calloc(std::size_t count, std::size_t size) {
  return counted(__libc_calloc(count, size));
}

void* realloc(void* old, std::size_t size) {
  return counted(__libc_realloc(old, size));
}

void* memalign(std::size_t alignment, std::size_t size) {
  return counted(__libc_memalign(alignment, size));
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return memalign(alignment, size);
}

int posix_memalign(void** out, std::size_t alignment, std::size_t size) {
  void* memory = memalign(alignment, size);
  if (memory == nullptr) return ENOMEM;
  *out = memory;
  return 0;
}

int pthread_mutex_lock(pthread_mutex_t* mutex) {
  count_lock();
  return next(mutex_lock, "pthread_mutex_lock")(mutex);
}

int pthread_mutex_trylock(pthread_mutex_t* mutex) {
  count_lock();
  return next(mutex_trylock, "pthread_mutex_trylock")(mutex);
}

int pthread_rwlock_rdlock(pthread_rwlock_t* lock) {
  count_lock();
  return next(rdlock, "pthread_rwlock_rdlock")(lock);
}

int pthread_rwlock_wrlock(pthread_rwlock_t* lock) {
  count_lock();
  return next(wrlock, "pthread_rwlock_wrlock")(lock);
}

}  // extern "C"
