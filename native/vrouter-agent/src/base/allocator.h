// The process's allocator: whatever is freed is overwritten.
#pragma once

namespace kw {

// Keys pass through buffers of the RPC library that nobody can reach from here, so all memory is overwritten as it is
// freed. Call it first of all. Throws std::runtime_error when the allocator does not do so.
void overwrite_what_is_freed();

}  // namespace kw
