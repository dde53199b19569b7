# headroom_library(core USES fmt::fmt): the directory of that name becomes the library
# headroom_core from its *.cpp, and headroom_core_tests from its *_test.cpp.
# USES names libraries of the project (a directory above it in the order) or bought ones.
# THREADS: it or its tests use threads. The tests of the others are not built for ThreadSanitizer,
# which has nothing to find in them.
# PLAIN: its tests do more without a sanitizer, so `./dev test --all` runs them that way too.
include(GoogleTest)

function(headroom_library name)
  cmake_parse_arguments(ARG "THREADS;PLAIN" "" "USES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")

  if(sources)
    add_library(headroom_${name} STATIC ${sources})
    target_link_libraries(headroom_${name} PUBLIC headroom_options ${ARG_USES})
    headroom_precompile(headroom_${name})
  else()
    add_library(headroom_${name} INTERFACE)
    target_link_libraries(headroom_${name} INTERFACE headroom_options ${ARG_USES})
  endif()
  if(HEADROOM_SANITIZE STREQUAL "thread" AND NOT ARG_THREADS)
    set(tests)
  endif()
  if(tests AND BUILD_TESTING AND NOT HEADROOM_FUZZ)
    if(ARG_PLAIN)
      set(plain PLAIN)
    endif()
    headroom_test(headroom_${name}_tests SOURCES ${tests} USES headroom_${name} ${plain})
  endif()
endfunction()

# Standard headers that nearly every file uses, compiled once; or, without precompiled headers,
# included in every file all the same, so that the code is the same.
function(headroom_precompile target)
  set(headers algorithm array chrono cstdint expected functional map memory optional span string
    string_view utility variant vector)
  if(CMAKE_DISABLE_PRECOMPILE_HEADERS)
    list(TRANSFORM headers PREPEND "SHELL:-include ")
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:${headers}>)
  else()
    list(TRANSFORM headers REPLACE "(.+)" "<\\1>")
    target_precompile_headers(${target} PRIVATE ${headers})
  endif()
endfunction()

function(headroom_test target)
  cmake_parse_arguments(ARG "PLAIN" "" "SOURCES;USES" ${ARGN})
  add_executable(${target} ${ARG_SOURCES})
  target_link_libraries(${target} PRIVATE ${ARG_USES} GTest::gtest GTest::gtest_main)
  target_precompile_headers(${target} PRIVATE <gtest/gtest.h> <string> <vector> <expected>)
  if(ARG_PLAIN)
    set(labels LABELS plain)
    add_dependencies(plain ${target})
  endif()
  gtest_discover_tests(${target} DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 300 ${labels})
endfunction()
