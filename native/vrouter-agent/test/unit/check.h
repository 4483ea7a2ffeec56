// A test framework of one page: TEST(name) { CHECK(condition); }. The program prints a line for each test, "ok NAME" or
// "failed NAME: FILE:LINE: CONDITION", and ends with status 1 if one failed.
#pragma once

#include <cstdio>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

namespace check {

struct Test {
  const char* name;
  std::function<void()> body;
};

inline std::vector<Test>& tests() {
  static std::vector<Test> all;
  return all;
}

struct Failure {
  std::string what;
};

struct Register {
  Register(const char* name, std::function<void()> body) { tests().push_back({name, std::move(body)}); }
};

inline int run() {
  int failed = 0;
  for (const Test& t : tests()) {
    try {
      t.body();
      std::printf("ok %s\n", t.name);
    } catch (const Failure& f) {
      std::printf("failed %s: %s\n", t.name, f.what.c_str());
      failed = 1;
    } catch (const std::exception& e) {
      std::printf("failed %s: exception %s\n", t.name, e.what());
      failed = 1;
    }
    std::fflush(stdout);
  }
  return failed;
}

}  // namespace check

#define TEST(name)                                              \
  static void test_##name();                                    \
  static const check::Register register_##name(#name, test_##name); \
  static void test_##name()

#define CHECK(condition)                                                                     \
  do {                                                                                       \
    if (!(condition)) {                                                                      \
      throw check::Failure{std::string(__FILE__) + ":" + std::to_string(__LINE__) + ": " #condition}; \
    }                                                                                        \
  } while (false)
