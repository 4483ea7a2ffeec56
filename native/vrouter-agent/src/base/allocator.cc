#include "base/allocator.h"

#ifdef KEYWAY_JEMALLOC
#include <jemalloc/jemalloc.h>

#include <cstring>
#include <stdexcept>

// What jemalloc reads before main begins. One arena: one thread at a time changes anything, and what a message leaves is
// at hand for the next one, whichever thread reads it.
extern "C" {
__attribute__((used, visibility("default"))) const char* malloc_conf = "junk:free,narenas:1";
}

void kw::overwrite_what_is_freed() {
  const char* junk = "";
  size_t size = sizeof junk;
  if (mallctl("opt.junk", &junk, &size, nullptr, 0) != 0 || std::strcmp(junk, "free") != 0) {
    throw std::runtime_error(
        "jemalloc does not overwrite what is freed: it was built without --enable-fill, or MALLOC_CONF says otherwise");
  }
}
#else
#include <malloc.h>

void kw::overwrite_what_is_freed() { mallopt(M_PERTURB, 0xa5); }
#endif
