// What became of one item of a request: the closed set of the interface, with a reason for people.
#pragma once

#include <string>
#include <utility>

namespace kw {

enum class Code { kOk = 1, kSame, kConflict, kAbsent, kFull, kRefused, kUnavailable };

struct [[nodiscard]] Outcome {
  Code code = Code::kOk;
  std::string reason;

  bool done() const { return code == Code::kOk || code == Code::kSame; }

  static Outcome ok() { return {}; }
  static Outcome same(std::string why = {}) { return {Code::kSame, std::move(why)}; }
  static Outcome conflict(std::string why) { return {Code::kConflict, std::move(why)}; }
  static Outcome absent(std::string why) { return {Code::kAbsent, std::move(why)}; }
  static Outcome full(std::string why) { return {Code::kFull, std::move(why)}; }
  static Outcome refused(std::string why) { return {Code::kRefused, std::move(why)}; }
  static Outcome unavailable(std::string why) { return {Code::kUnavailable, std::move(why)}; }
};

}  // namespace kw
